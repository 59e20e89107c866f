package dev.stygian.cli;

import dev.stygian.graph.error.OutputException;
import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.RunId;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How a run in local mode goes on after its process ended: its queue is gone, but its output file
 * says which items are done. Reads the run's whole lines, groups of one per last node; the rest is
 * to be cut off, and the items that are there are not run again. Keeps 16 bytes per item that is
 * done.
 */
final class LocalResumption {
  private final Map<ByteBuffer, Integer> done = new HashMap<>();
  private long bytes;
  private long items;

  private LocalResumption() {}

  /** Nothing is done yet. */
  static LocalResumption none() {
    return new LocalResumption();
  }

  /**
   * What a file holds of a run.
   *
   * @param file JSON Lines; may be missing
   * @param endsPerItem lines that make an item whole
   */
  static LocalResumption read(Path file, RunId run, int endsPerItem) {
    LocalResumption found = new LocalResumption();
    if (!Files.isRegularFile(file)) {
      return found;
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      long position = 0;
      int inGroup = 0;
      byte[] line = line(in);
      while (line.length > 0) {
        JsonNode input = input(line, run);
        if (input == null) {
          break;
        }
        position += line.length;
        inGroup++;
        if (inGroup == endsPerItem) {
          inGroup = 0;
          found.bytes = position;
          found.items++;
          found.done.merge(ByteBuffer.wrap(IdempotencyKey.digest(input)), 1, Integer::sum);
        }
        line = line(in);
      }
      return found;
    } catch (IOException e) {
      throw new OutputException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** The length of what is whole. */
  long bytes() {
    return bytes;
  }

  long items() {
    return items;
  }

  /** The items that are left: each that is done is taken out once. */
  Iterator<JsonNode> left(Iterator<JsonNode> all) {
    return new Iterator<>() {
      private @Nullable JsonNode next;

      @Override
      public boolean hasNext() {
        while (next == null && all.hasNext()) {
          JsonNode candidate = all.next();
          if (!takeOut(candidate)) {
            next = candidate;
          }
        }
        return next != null;
      }

      @Override
      public JsonNode next() {
        JsonNode found = hasNext() ? next : null;
        if (found == null) {
          throw new NoSuchElementException();
        }
        next = null;
        return found;
      }
    };
  }

  private boolean takeOut(JsonNode input) {
    if (done.isEmpty()) {
      return false;
    }
    ByteBuffer key = ByteBuffer.wrap(IdempotencyKey.digest(input));
    Integer count = done.get(key);
    if (count == null) {
      return false;
    }
    if (count == 1) {
      done.remove(key);
    } else {
      done.put(key, count - 1);
    }
    return true;
  }

  /** A line with its end; empty at the end of the file and for a torn line. */
  private static byte[] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    int next = in.read();
    while (next >= 0) {
      line.write(next);
      if (next == '\n') {
        return line.toByteArray();
      }
      next = in.read();
    }
    return new byte[0];
  }

  /** The input of a line; null where the line is not of this run. */
  private static @Nullable JsonNode input(byte[] line, RunId run) {
    try {
      JsonNode result = Json.parse(line);
      boolean ours = result.path("run").asString("").equals(run.value());
      return ours ? result.get("item") : null;
    } catch (PayloadException _) {
      return null;
    }
  }
}
