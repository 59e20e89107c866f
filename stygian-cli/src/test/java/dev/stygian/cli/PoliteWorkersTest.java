package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** I9 with real processes, as the hosts themselves see it. */
final class PoliteWorkersTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration INTERVAL = Duration.ofMillis(400);
  private static final List<String> HOSTS = List.of("127.0.0.2", "127.0.0.3", "127.0.0.4");
  private static final int PAGES = 20;

  /**
   * A request that is seen late seems closer to the next one, and the thread that reads it may get
   * the processor late although others did not. So a gap is too small for certain where half of it
   * is missing, as it is in every other case where two workers do not know of each other. That none
   * lacks a millisecond is for the tests of the queue, whose clock decides, and of the departure of
   * requests; with a machine to itself, {@code proofs/politeness.sh} tells it from outside.
   */
  private static final Duration LEAST = INTERVAL.dividedBy(2);

  /** Where this test's threads ran later than that, the site cannot tell how close two were. */
  private static final Duration MOST_LAG = INTERVAL.dividedBy(4);

  private static final String POLITE =
      """
      id = "polite"
      allow_private = true
      [politeness]
      interval = "400ms"
      concurrency = 2
      [[nodes]]
      id = "fetch"
      service = "http"
      """;

  @TempDir private Path folder;

  @Test
  void I9_T24_noHostSeesTwoStartsCloserThanItsIntervalAlthoughAWorkerStopsForAWhile()
      throws IOException {
    try (HostsSite site = new HostsSite();
        EmbeddedRedis server = EmbeddedRedis.start(folder.resolve("redis"));
        Program first = worker(server);
        Program second = worker(server);
        Program third = worker(server)) {
      Cli cli = Cli.in(folder).with("REDIS_URL", server.url());
      List<String> urls = urls(site.port());
      cli.write("polite.toml", POLITE);
      cli.write("urls.txt", String.join("\n", urls));
      for (Program worker : List.of(first, second, third)) {
        await().atMost(LONG).until(() -> worker.err().contains("working with services"));
      }
      cli.run("submit", "polite.toml", "--input", "urls.txt", "--id", "r").withCode(ExitCode.OK);

      await().atMost(LONG).until(() -> site.arrivals().size() > urls.size() / 3);
      first.signal("STOP");
      await().pollDelay(Duration.ofSeconds(1)).until(() -> true); // that is how long it stops
      first.signal("CONT");
      cli.run("await", "r").withCode(ExitCode.OK);

      cli.run("results", "r", "-o", "all.jsonl").withCode(ExitCode.OK);
      Program.assertWhole(folder.resolve("all.jsonl"), urls);
      assertThat(cli.run("hosts", "r", "--json").json().get("hosts"))
          .hasSize(HOSTS.size())
          .allSatisfy(host -> assertKept(host));
      HOSTS.forEach(host -> assertApart(host, site));
    }
  }

  private static void assertApart(String host, HostsSite site) {
    long[] starts =
        site.arrivals().stream()
            .filter(arrival -> arrival.host().equals(host))
            .mapToLong(HostsSite.Arrival::nanos)
            .sorted()
            .toArray();
    assertThat(starts).hasSize(PAGES + 1); // and its robots.txt, which one of them fetched for all
    int told = 0;
    for (int i = 1; i < starts.length; i++) {
      long first = starts[i - 1];
      Duration lag = site.longestLag(first - INTERVAL.toNanos(), first);
      if (lag.compareTo(MOST_LAG) < 0) {
        assertThat(Duration.ofNanos(starts[i] - first))
            .as("before request %d of %s, the one before seen up to %s late", i, host, lag)
            .isGreaterThanOrEqualTo(LEAST);
        told++;
      }
    }
    assertThat(told).as("gaps at %s that the site can tell", host).isPositive();
  }

  /**
   * The gap is asked of the site alone: what a process has sent right before it was stopped, it can
   * tell only as sent when it goes on.
   */
  private static void assertKept(JsonNode host) {
    assertThat(host.get("requests").asInt()).isEqualTo(PAGES + 1);
    assertThat(host.get("most_at_once").asInt()).isBetween(1, 2);
  }

  private static List<String> urls(int port) {
    return IntStream.range(0, PAGES)
        .boxed()
        .flatMap(page -> HOSTS.stream().map(host -> "http://" + host + ":" + port + "/" + page))
        .toList();
  }

  private Program worker(EmbeddedRedis server) {
    return Program.start(folder, "worker", "--queue", server.url(), "--workers", "8");
  }
}
