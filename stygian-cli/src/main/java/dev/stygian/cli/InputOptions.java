package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.engine.ItemReader;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.pipeline.Pipeline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Which items a run is over; what the command line gives comes instead of the pipeline's. */
final class InputOptions {
  @Option(
      names = "--input",
      paramLabel = "FILE|-",
      description = "Items from a file or standard input: a URL or a JSON object a line.")
  private @Nullable String file;

  /**
   * All items, read as they are asked for.
   *
   * @param urls those of the command line
   */
  Iterator<JsonNode> items(
      Console console, List<String> urls, Pipeline pipeline, Path pipelineFile) {
    List<Iterator<JsonNode>> parts = new ArrayList<>();
    if (!urls.isEmpty() || file != null) {
      parts.add(urls.stream().map(ItemReader::parse).iterator());
      if (file != null) {
        parts.add(
            file.equals("-") ? reader(console.in(), "standard input") : reader(console.path(file)));
      }
    } else {
      parts.add(pipeline.input().urls().stream().map(ItemReader::parse).iterator());
      pipeline
          .input()
          .file()
          .ifPresent(name -> parts.add(reader(pipelineFile.resolveSibling(name))));
    }
    boolean isNothing =
        urls.isEmpty()
            && file == null
            && pipeline.input().urls().isEmpty()
            && pipeline.input().file().isEmpty();
    if (isNothing) {
      throw new SettingInvalidException(
          "there are no items to run over; name URLs, add --input FILE, or give the pipeline an"
              + " [input] table with urls or file");
    }
    return new Joined(parts.iterator());
  }

  private static Iterator<JsonNode> reader(Path path) {
    if (Files.isDirectory(path)) {
      throw new SettingInvalidException(
          "the input " + path + " cannot be read: it is a folder; name a file");
    }
    try {
      return reader(Files.newInputStream(path), path.toString());
    } catch (NoSuchFileException e) {
      throw new SettingInvalidException("there is no input file " + path + "; check its path", e);
    } catch (IOException e) {
      throw new SettingInvalidException(
          "the input file " + path + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Iterator<JsonNode> reader(InputStream in, String name) {
    return new ItemReader(
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)), name);
  }

  /** One iterator after the other. */
  private static final class Joined implements Iterator<JsonNode> {
    private final Iterator<Iterator<JsonNode>> parts;
    private @Nullable Iterator<JsonNode> part;

    Joined(Iterator<Iterator<JsonNode>> parts) {
      this.parts = parts;
    }

    @Override
    public boolean hasNext() {
      while (part == null || !part.hasNext()) {
        if (!parts.hasNext()) {
          return false;
        }
        part = parts.next();
      }
      return true;
    }

    @Override
    public JsonNode next() {
      if (!hasNext() || part == null) {
        throw new NoSuchElementException();
      }
      return part.next();
    }
  }
}
