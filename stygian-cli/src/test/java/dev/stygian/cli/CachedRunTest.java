package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A run finds what its pipeline's earlier runs were answered, on a real server. */
final class CachedRunTest {
  private static final String PIPELINE =
      """
      id = "books"
      allow_private = true
      [[nodes]]
      id = "fetch"
      service = "http"
      [nodes.config]
      cache = true
      """;

  private static final String HOURLY = PIPELINE + "[politeness]\ninterval = \"1h\"\n";

  private record Request(String path, boolean isConditional) {}

  @TempDir private Path folder;
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private HttpServer site;
  private EmbeddedRedis server;
  private Cli cli;

  @BeforeEach
  void start() throws IOException {
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    site.createContext("/", this::answer);
    site.start();
    server = EmbeddedRedis.start(folder.resolve("redis"));
    cli = Cli.in(folder).with("REDIS_URL", server.url());
    cli.write("books.toml", PIPELINE);
    cli.write("hourly.toml", HOURLY);
  }

  @AfterEach
  void stop() {
    server.close();
    site.stop(0);
  }

  /** Pages below {@code /day} are fresh for a day, others are to be asked for each time. */
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/robots.txt")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      boolean isConditional = exchange.getRequestHeaders().containsKey("If-None-Match");
      requests.add(new Request(path, isConditional));
      exchange.getResponseHeaders().set("ETag", "\"1\"");
      exchange
          .getResponseHeaders()
          .set("Cache-Control", path.startsWith("/day") ? "max-age=86400" : "no-cache");
      if (isConditional) {
        exchange.sendResponseHeaders(304, -1);
        return;
      }
      byte[] body = ("page " + path).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private List<JsonNode> run(String pipeline, String... paths) {
    String base = "http://127.0.0.1:" + site.getAddress().getPort();
    String[] words =
        Stream.of(
                Stream.of("run", pipeline),
                Arrays.stream(paths).map(path -> base + path),
                Stream.of("--queue", server.url(), "--fresh"))
            .flatMap(part -> part)
            .toArray(String[]::new);
    return cli.run(words).withCode(ExitCode.OK).results().stream()
        .map(line -> line.get("output"))
        .toList();
  }

  private static void assertFrom(List<JsonNode> pages, boolean cache, boolean revalidated) {
    assertThat(pages)
        .isNotEmpty()
        .allSatisfy(page -> {
          assertThat(page.get("body").asString()).startsWith("page /");
          assertThat(page.get("from_cache").asBoolean()).isEqualTo(cache);
          assertThat(page.get("revalidated").asBoolean()).isEqualTo(revalidated);
        });
  }

  @Test
  void secondRunAsksForWhatIsNotFreshWhetherItHasChanged() {
    assertFrom(run("books.toml", "/day/1", "/now/1"), false, false);
    requests.clear();

    List<JsonNode> pages = run("books.toml", "/day/1", "/now/1");

    assertThat(requests).containsExactly(new Request("/now/1", true));
    assertThat(pages).hasSize(2);
    pages.forEach(
        page -> assertFrom(List.of(page), true, page.get("url").asString().contains("/now")));
  }

  @Test
  void freshPagesTakeNoTurnOfTheirHost() {
    String[] paths = {"/day/1", "/day/2", "/day/3"};
    assertFrom(run("books.toml", paths), false, false);
    requests.clear();

    assertFrom(run("hourly.toml", paths), true, false);

    assertThat(requests).isEmpty();
  }
}
