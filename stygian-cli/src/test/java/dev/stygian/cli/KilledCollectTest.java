package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A run that splits its items and collects their parts, while its worker processes are killed. */
final class KilledCollectTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int ITEMS = 12;
  private static final int PARTS = 6;

  /** Leases of two seconds, so that what a killed worker held comes back soon. */
  private static final String PIPELINE =
      """
      id = "shelves"
      [execution]
      visibility_timeout = "2s"
      [[nodes]]
      id = "each"
      service = "split"
      config = { field = "books" }
      [[nodes]]
      id = "book"
      service = "delay"
      depends_on = ["each"]
      config = { duration = "200ms" }
      [[nodes]]
      id = "shelf"
      service = "delay"
      depends_on = ["book"]
      collect = true
      config = { duration = "800ms" }
      """;

  @TempDir private Path folder;

  private static List<String> books(int item) {
    return IntStream.range(0, PARTS).mapToObj(part -> "book " + part + " of " + item).toList();
  }

  private static String input() {
    return IntStream.range(0, ITEMS)
        .mapToObj(KilledCollectTest::books)
        .map(books -> "{\"books\": [\"" + String.join("\", \"", books) + "\"]}\n")
        .collect(Collectors.joining());
  }

  private static JsonNode node(Cli cli, String name) {
    JsonNode status = cli.run("status", "r", "--json").withCode(ExitCode.OK).json();
    return status
        .get("nodes")
        .valueStream()
        .filter(node -> node.get("node").asString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Kills the only worker while it holds tasks of this node, which it is stopped for to be seen.
   */
  private static void killWithin(Program worker, Cli cli, String node) {
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> {
          if (node(cli, node).get("leased").asInt() == 0) {
            return false;
          }
          worker.signal("STOP");
          boolean isWithin = node(cli, node).get("leased").asInt() > 0;
          if (!isWithin) {
            worker.signal("CONT");
          }
          return isWithin;
        });
    worker.kill();
  }

  private Program worker(EmbeddedRedis server) {
    return Program.start(folder, "worker", "--queue", server.url(), "--workers", "4");
  }

  @Test
  void everyItemHasOneResultWithAllItsPartsInOrderAlthoughWorkersAreKilled() {
    try (EmbeddedRedis server = EmbeddedRedis.start(folder.resolve("redis"))) {
      Cli cli = Cli.in(folder).with("REDIS_URL", server.url());
      cli.write("shelves.toml", PIPELINE);
      cli.write("shelves.jsonl", input());
      cli.run("submit", "shelves.toml", "--input", "shelves.jsonl", "--id", "r")
          .withCode(ExitCode.OK);

      try (Program first = worker(server)) {
        await().atMost(LONG).until(() -> node(cli, "book").get("done").asInt() > 0);
        killWithin(first, cli, "book");
      }
      try (Program second = worker(server)) {
        killWithin(second, cli, "shelf");
      }
      try (Program third = worker(server);
          Program fourth = worker(server)) {
        cli.run("await", "r").withCode(ExitCode.OK);
        assertThat(List.of(third, fourth)).allMatch(Program::isAlive);
      }

      List<JsonNode> results = cli.run("results", "r").withCode(ExitCode.OK).results();
      assertThat(results)
          .extracting(KilledCollectTest::collected)
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, ITEMS).mapToObj(KilledCollectTest::books).toList());
      JsonNode receipt = cli.run("receipt", "r", "--json").withCode(ExitCode.OK).json();
      assertThat(receipt.at("/ends/done").asInt()).isEqualTo(ITEMS * (PARTS + 1));
      assertThat(receipt.at("/ends/dead").asInt()).isZero();
      cli.run("doctor").withCode(ExitCode.OK);
    }
  }

  private static List<String> collected(JsonNode result) {
    return result.get("output").valueStream().map(JsonNode::asString).toList();
  }
}
