package dev.stygian.services.discover;

import java.io.ByteArrayInputStream;
import java.util.Optional;
import okhttp3.HttpUrl;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The entries of a sitemap or feed as JSON, for services that do not fetch them. */
public final class SitemapUrls {
  private static final HttpUrl NOWHERE = HttpUrl.get("http://relative.invalid/");

  private SitemapUrls() {}

  /** Takes entries as they are read. */
  @FunctionalInterface
  public interface Sink {
    void take(JsonNode entry) throws InterruptedException;
  }

  /**
   * Hands on {@code {"url": …, "last_modified": …}} for each page, and {@code {"sitemap": …}} for
   * each further sitemap that an index names.
   *
   * @param location where relative URLs start
   * @return why it could not be read to its end; what stands before was handed on
   */
  public static Optional<String> read(Optional<String> location, byte[] file, Sink sink)
      throws InterruptedException {
    return SitemapReader.defaults()
        .read(from(location), 0, new ByteArrayInputStream(file), entry -> sink.take(json(entry)))
        .fault();
  }

  /** The same for a file that is a text already, whatever charset it declares. */
  public static Optional<String> readText(Optional<String> location, String file, Sink sink)
      throws InterruptedException {
    return SitemapReader.defaults()
        .readText(from(location), 0, file, entry -> sink.take(json(entry)))
        .fault();
  }

  private static HttpUrl from(Optional<String> location) {
    return location.map(HttpUrl::parse).orElse(NOWHERE);
  }

  private static JsonNode json(SitemapEntry entry) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put(entry instanceof SitemapEntry.Sitemap ? "sitemap" : "url", entry.url());
    entry.lastModified().ifPresent(time -> json.put("last_modified", time.toString()));
    return json;
  }
}
