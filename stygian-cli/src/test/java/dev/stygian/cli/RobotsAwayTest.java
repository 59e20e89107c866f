package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A site whose robots.txt is not to be had is named by {@code why}, with a real worker. */
final class RobotsAwayTest {
  private static final String PIPELINE =
      """
      id = "away"
      allow_private = true
      [[nodes]]
      id = "fetch"
      service = "http"
      """;

  @TempDir private Path folder;
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();

  private HttpServer site() throws IOException {
    HttpServer site =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    site.createContext(
        "/",
        exchange -> {
          requests.add(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(503, -1);
          exchange.close();
        });
    site.start();
    return site;
  }

  @Test
  void whyNamesTheSiteWhoseRobotsTxtIsOutOfReach() throws IOException {
    HttpServer site = site();
    try (EmbeddedRedis server = EmbeddedRedis.start(folder.resolve("redis"));
        Program worker = Program.start(folder, "worker", "--queue", server.url())) {
      Cli cli = Cli.in(folder).with("REDIS_URL", server.url());
      String base = "http://127.0.0.1:" + site.getAddress().getPort();
      cli.write("away.toml", PIPELINE);
      cli.write("urls.txt", String.join("\n", base + "/1", base + "/2", base + "/3"));
      cli.run("submit", "away.toml", "--input", "urls.txt", "--id", "r").withCode(ExitCode.OK);

      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> {
            List<JsonNode> reasons =
                cli.run("why", "r", "--json").json().get("reasons").valueStream().toList();
            assertThat(reasons).as(worker.err()).hasSize(1);
            JsonNode away = reasons.getFirst();
            assertThat(away.get("kind").asString()).isEqualTo("host_robots_away");
            assertThat(away.get("tasks").asInt()).isEqualTo(3);
            assertThat(away.get("site").asString()).isEqualTo(base);
            assertThat(Duration.between(time(away, "since"), time(away, "next")))
                .isBetween(Duration.ofMinutes(4), Duration.ofMinutes(6));
            assertThat(cli.run("why", "r").out()) // the three meet it one after another
                .startsWith(
                    "r waits, and goes on by itself\n- 3 tasks of fetch wait for 127.0.0.1:")
                .contains(": the robots.txt of " + base + " has been out of reach for ")
                .contains("; it is asked for again in ");
          });
      assertThat(requests).containsExactly("/robots.txt");
    } finally {
      site.stop(0);
    }
  }

  private static Instant time(JsonNode reason, String field) {
    return Instant.parse(reason.get(field).asString());
  }
}
