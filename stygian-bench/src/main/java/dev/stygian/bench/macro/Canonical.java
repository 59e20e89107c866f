package dev.stygian.bench.macro;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.item.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A crawl's output without what differs between runs and programs: a line a page, sorted. */
final class Canonical {
  static final Comparator<String> BY_BYTES =
      (a, b) -> Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));

  private Canonical() {}

  /**
   * SHA-256 of the lines {@code {"url": path, "title": …, "h1": …, "links": n}}.
   *
   * @param file result lines of ours: an item and its output
   * @throws IllegalStateException where it holds another number of pages, or one twice
   */
  static String sha256(Path file, int pages) throws IOException {
    Map<String, ObjectNode> rows = new TreeMap<>(BY_BYTES);
    for (String line : Files.readAllLines(file)) {
      JsonNode result = Json.parse(line);
      JsonNode output = result.path("output");
      URI url = URI.create(result.path("item").asString());
      String path = url.getRawPath() + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
      ObjectNode row = JsonNodeFactory.instance.objectNode().put("url", path);
      for (String field : new String[] {"title", "h1", "links"}) {
        row.set(field, output.path(field));
      }
      if (rows.put(path, row) != null) {
        throw new IllegalStateException(file + " holds " + path + " twice");
      }
    }
    if (rows.size() != pages) {
      throw new IllegalStateException(file + " holds " + rows.size() + " pages of " + pages);
    }
    MessageDigest digest = sha();
    rows.values().forEach(row -> digest.update((row + "\n").getBytes(UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
