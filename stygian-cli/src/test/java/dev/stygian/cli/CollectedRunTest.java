package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.engine.WorkerOptions;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A pipeline that collects what came of its items' parts, on a real server. */
final class CollectedRunTest {
  private static final String PIPELINE =
      """
      id = "lists"
      allow_private = true
      [[nodes]]
      id = "each"
      service = "split"
      config = { field = "pages" }
      [[nodes]]
      id = "page"
      service = "http"
      depends_on = ["each"]
      [[nodes]]
      id = "list"
      service = "noop"
      depends_on = ["page"]
      collect = true
      """;

  @TempDir private Path folder;
  private HttpServer site;
  private EmbeddedRedis server;
  private Cli cli;
  private volatile boolean isRepaired;

  @BeforeEach
  void start() throws IOException {
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    site.createContext("/", this::answer);
    site.start();
    server = EmbeddedRedis.start(folder.resolve("redis"));
    cli = Cli.in(folder).with("REDIS_URL", server.url());
    cli.write("lists.toml", PIPELINE);
    String base = "http://127.0.0.1:" + site.getAddress().getPort();
    cli.write(
        "lists.jsonl",
        "{\"pages\": [\"%1$s/a\", \"%1$s/broken\", \"%1$s/c\"]}\n{\"pages\": [\"%1$s/d\"]}\n"
            .formatted(base));
  }

  @AfterEach
  void stop() {
    server.close();
    site.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/robots.txt") || (path.equals("/broken") && !isRepaired)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] body = path.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private void work(String run) {
    try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()));
        ServiceRegistry registry = ServiceRegistry.defaultWithEnv();
        Worker worker = Worker.start(queue, registry, WorkerOptions.of(4))) {
      cli.run("await", run).withCode(ExitCode.OK);
      assertThat(worker.failure()).isEmpty();
    }
  }

  private static List<String> bodies(JsonNode line) {
    return line.get("output").valueStream().map(page -> page.get("body").asString()).toList();
  }

  @Test
  void whatLacksAPartGoesOnWhenThatIsReplayed() {
    Cli.Ended first =
        cli.run(
            "run", "lists.toml", "--input", "lists.jsonl", "--queue", server.url(), "--id", "r");

    assertThat(first.withCode(ExitCode.INCOMPLETE).results())
        .singleElement()
        .satisfies(line -> assertThat(bodies(line)).containsExactly("/d"));
    assertThat(cli.run("dead", "list", "r").withCode(ExitCode.OK).out())
        .contains("1 of its 3 parts are dead or excluded: replay these")
        .contains("0/each/1");
    assertThat(cli.run("dead", "show", "r", "0").withCode(ExitCode.OK).out())
        .contains("after 0 attempts")
        .doesNotContain("attempt 0");
    assertThat(cli.run("dead", "replay", "r", "0").withCode(ExitCode.USAGE).onlyError())
        .contains("item \"0\" of run r goes on by itself when its parts do; 1 of its 3 parts");

    isRepaired = true;
    assertThat(cli.run("dead", "replay", "r", "--all").withCode(ExitCode.OK).err())
        .isEqualTo("1 put back to work\n");
    work("r");

    assertThat(cli.run("results", "r").withCode(ExitCode.OK).results())
        .anySatisfy(line -> assertThat(bodies(line)).containsExactly("/a", "/broken", "/c"))
        .hasSize(2);
    JsonNode receipt = cli.run("receipt", "r", "--json").withCode(ExitCode.OK).json();
    assertThat(receipt.at("/ends/done").asInt()).isEqualTo(6);
    assertThat(receipt.at("/ends/dead").asInt()).isZero();
    cli.run("doctor").withCode(ExitCode.OK);
  }
}
