package dev.stygian.bench.macro;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What somebody writes who needs no engine: one HttpClient, a virtual thread a page, at most 32 at
 * once, jsoup, and a file at the end. A failure ends it; nothing is retried or remembered.
 */
final class HandWrittenCrawl {
  private static final int AT_ONCE = 32;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private HandWrittenCrawl() {}

  /** Arguments: the file of URLs, the file for the results. */
  public static void main(String[] args) throws Exception {
    List<String> urls = Files.readAllLines(Path.of(args[0]));
    Queue<String> lines = new ConcurrentLinkedQueue<>();
    Semaphore permits = new Semaphore(AT_ONCE);
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (String url : urls) {
        permits.acquire();
        var _ =
            threads.submit(() -> {
              lines.add(line(client, url));
              permits.release();
              return true;
            });
      }
    }
    Files.write(Path.of(args[1]), lines); // a page that failed is missing, and that is checked
  }

  private static String line(HttpClient client, String url)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build();
    HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new IOException(url + ": " + response.statusCode());
    }
    Document page = Jsoup.parse(new ByteArrayInputStream(response.body()), null, url);
    ObjectNode line = JsonNodeFactory.instance.objectNode().put("item", url);
    line.putObject("output")
        .put("title", text(page.selectFirst("title")))
        .put("h1", text(page.selectFirst("h1")))
        .put("links", page.select("a[href]").size());
    return line.toString();
  }

  private static @Nullable String text(@Nullable Element element) {
    return element == null ? null : element.text();
  }
}
