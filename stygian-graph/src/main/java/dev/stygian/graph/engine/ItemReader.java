package dev.stygian.graph.engine;

import dev.stygian.graph.error.OutputException;
import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Reads inputs, one a line: a JSON object, or else a text, which is taken as a URL. Empty lines and
 * lines that start with {@code #} are passed over. A line that looks like an object and is none
 * stays a text, so that it ends as a dead letter that shows it. Not for use by several threads.
 */
public final class ItemReader implements Iterator<JsonNode> {
  private final BufferedReader lines;
  private final String source;
  private @Nullable String next;

  /**
   * A reader of lines.
   *
   * @param source names the lines in errors
   */
  public ItemReader(BufferedReader lines, String source) {
    this.lines = lines;
    this.source = source;
  }

  /** What a line means. */
  public static JsonNode parse(String line) {
    String text = line.strip();
    if (text.startsWith("{")) {
      try {
        return Json.parse(text);
      } catch (PayloadException _) { // the item's dead letter will show the line
        return JsonNodeFactory.instance.stringNode(text);
      }
    }
    return JsonNodeFactory.instance.stringNode(text);
  }

  @Override
  public boolean hasNext() {
    try {
      while (next == null) {
        String line = lines.readLine();
        if (line == null) {
          return false;
        }
        if (!line.isBlank() && !line.stripLeading().startsWith("#")) {
          next = line;
        }
      }
      return true;
    } catch (IOException e) {
      throw new OutputException("the items of " + source + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public JsonNode next() {
    String line = hasNext() ? next : null;
    if (line == null) {
      throw new NoSuchElementException();
    }
    next = null;
    return parse(line);
  }
}
