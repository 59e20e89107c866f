package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.QueueFixture;
import dev.stygian.graph.queue.Receipt;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Specs;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.ScriptOutputType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a receipt names when somebody has laid hands on a run's counters, or on what they count. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReceiptDamagesTest {
  /** What the queue's keys are called below. */
  private static final String NAMES =
      """
      local base = KEYS[1]
      local of_run = base .. 'r:' .. redis.call('HVALS', base .. 'runs')[1]
      local results, emitted = of_run .. ':results', of_run .. ':emitted'
      local function last() return redis.call('XREVRANGE', results, '+', '-', 'COUNT', 1)[1][1] end
      local function add(field, by) redis.call('HINCRBY', of_run, field, by) end
      """;

  /**
   * What is said of what is done to a run of {@code a -> b}: of five items and two that were found
   * two are done, one is dead, one excluded, two wait and one is leased, at {@code a}.
   */
  private static final Map<String, String> DAMAGES = damages();

  private final Map<String, EmbeddedRedis> servers = new LinkedHashMap<>();
  private int queues;

  private static Map<String, String> damages() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("submitters were told of 5 items, the run counts 6", "add('submitted', 1)");
    all.put("3 items are dead or excluded, 2 letters are kept", "add('dead', 1)");
    all.put("2 items are dead, and 1 at all nodes together", "add('dead', 1)");
    all.put("0 items are excluded, and 1 at all nodes together", "add('excluded', -1)");
    all.put("1 items are cancelled, and 0 at all nodes together", "add('cancelled', 1)");
    all.put("4 items are in flight, and 3 tasks are unfinished", "add('emitted', 1)");
    all.put("nodes emitted 4 items, and 2 were found, 2 duplicates", "add('duplicates', 1)");
    all.put(
        "nodes emitted 4 items, and 2 were found, 1 duplicates and 0 over", "add('overLimit', -1)");
    all.put("nodes emitted 3 items, and 2 were found", "add('o0', -1)");
    all.put("3 items were found, and digests of 2 are kept", "add('digests', 1)");
    all.put(
        "2 items were found, and digests of 1 are kept",
        "redis.call('HDEL', emitted, redis.call('HKEYS', emitted)[1])");
    all.put("2 items were found, and digests of 0 are kept", "redis.call('DEL', emitted)");
    all.put("3 items are done, and there are 2 results", "add('done', 1)");
    all.put("2 items are done, and there are 3 results", "add('results', 1)");
    all.put("its last nodes put out 1 outputs and 0 results", "add('n1', -1)");
    all.put("its last nodes put out 2 outputs and 1 results", "add('given', 1)");
    all.put("0 results needed no execution, and 2 are results and 1 are held", "add('held', 1)");
    all.put("node \"a\": 6 tasks came to it, and 7 have ended", "add('i0', -1)");
    all.put("node \"a\": 7 tasks came to it, and 8 have ended", "add('n0', 1)");
    all.put("node \"a\": 7 tasks came to it, and 6 have ended", "add('x0', -1)");
    all.put("node \"a\": 7 tasks came to it, and 9 have ended", "add('v0', 2)");
    all.put("node \"b\": 3 tasks came to it, and 2 have ended", "add('n0', 1)");
    all.put("node \"b\": 2 tasks came to it, and 1 have ended", "add('n1', -1)");
    all.put("node \"b\": 2 tasks came to it, and 3 have ended", "add('s1', 1)");
    all.put("3 tasks are unfinished, 4 wait", "add('w0', 1)");
    all.put(
        "there are 2 results, and the last one that lies there is number 0",
        "redis.call('DEL', results)");
    all.put(
        "there are 2 results, and the last one that lies there is number 1",
        "redis.call('XDEL', results, last())");
    all.put(
        "0 results are delivered, and those before number 2 are gone",
        "redis.call('XTRIM', results, 'MINID', last())");
    return all;
  }

  @BeforeAll
  void startServers(@TempDir Path folder) {
    for (ServerBinary binary : Servers.all()) {
      servers.put(
          binary.name(),
          EmbeddedRedis.start(binary, folder.resolve(binary.name()), List.of("--save", "")));
    }
  }

  @AfterAll
  void stopServers() {
    servers.values().forEach(EmbeddedRedis::close);
  }

  static Stream<String> serverNames() {
    return Servers.all().stream().map(ServerBinary::name);
  }

  /** Each server gets its share of them; all is counted on each. */
  static Stream<Arguments> damagesOnServers() {
    List<String> servers = serverNames().toList();
    List<String> all = List.copyOf(DAMAGES.keySet());
    return IntStream.range(0, all.size())
        .mapToObj(i -> Arguments.of(servers.get(i % servers.size()), all.get(i)));
  }

  private RedisSettings queue(String server) {
    return RedisSettings.of(there(server).url()).withQueueName("receipts-" + queues++);
  }

  private EmbeddedRedis there(String server) {
    return Objects.requireNonNull(servers.get(server));
  }

  private void harm(String server, RedisSettings settings, String lua) {
    String prefix = new Keys(settings.queueName()).prefix();
    Servers.ask(there(server), redis -> redis.eval(NAMES + lua, ScriptOutputType.VALUE, prefix));
  }

  private static QueueFixture open(RedisSettings settings) {
    return new QueueFixture(() -> RedisWorkQueue.open(settings), time -> {});
  }

  private static List<Emission> emissions(RunSpec run, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> "found-" + i)
        .map(item -> new Emission(item, Specs.text(item), Specs.item(run, item).first()))
        .toList();
  }

  /** The run of which {@link #DAMAGES} tells. */
  private static RunSpec begin(QueueFixture q) throws InterruptedException {
    RunSpec run = q.submitted(Specs.chain("books"), "1", "2", "dead", "excluded", "leased");
    List<Lease> leases = q.leaseUpTo(5);
    for (Lease lease : leases.subList(0, 2)) {
      q.finish(lease);
      q.finish(q.leaseOne("B"));
    }
    q.bury(leases.get(2), "broken");
    Lease excluded = leases.get(3);
    q.queue.nack(
        new Nack(excluded, List.of(), excluded.task(), 1, new Nack.Verdict.Exclude("by rule")));
    List<Emission> four =
        Stream.concat(emissions(run, 0, 1).stream(), emissions(run, 0, 3).stream()).toList();
    q.queue.emit(leases.get(4), four, 2);
    return run;
  }

  private static Receipt receipt(QueueFixture q, RunSpec run) {
    return q.ledger().receipt(run.id());
  }

  @ParameterizedTest
  @MethodSource("damagesOnServers")
  void whatWasLaidHandsOnIsNamed(String server, String said) throws Exception {
    RedisSettings settings = queue(server);
    try (QueueFixture q = open(settings)) {
      RunSpec run = begin(q);
      assertThat(receipt(q, run).discrepancies()).isEmpty();
      assertThat(Checkup.of(settings, false).isSound()).isTrue();

      harm(server, settings, Objects.requireNonNull(DAMAGES.get(said)));

      assertThat(receipt(q, run).discrepancies()).anyMatch(found -> found.contains(said));
      assertThat(Checkup.of(settings, false).isSound()).as("a check sees it too").isFalse();
    }
  }

  /** More than one call counts, with others that find more. */
  @ParameterizedTest
  @MethodSource("serverNames")
  void manyFoundItemsAreCountedWhileMoreAreFound(String server) throws Exception {
    RedisSettings settings = queue(server);
    try (QueueFixture q = open(settings)) {
      RunSpec run = q.submitted(Specs.single("books"), "start");
      Lease start = q.leaseOne();
      q.queue.emit(start, emissions(run, 0, 3_000), 0);
      var finding =
          q.start(() -> {
            for (int i = 0; i < 40; i++) {
              q.queue.emit(start, emissions(run, 3_000 + 50 * i, 3_050 + 50 * i), 0);
            }
            return true;
          });
      int looks = 0;
      while (!finding.isDone() || looks == 0) {
        assertThat(receipt(q, run).discrepancies()).isEmpty();
        looks++;
      }
      assertThat(QueueFixture.soon(finding)).isTrue();
      assertThat(receipt(q, run).found()).isEqualTo(new Receipt.Found(5_000, 5_000, 5_000));

      harm(server, settings, "redis.call('HDEL', emitted, redis.call('HKEYS', emitted)[1])");

      assertThat(receipt(q, run).discrepancies())
          .singleElement()
          .asString()
          .startsWith("5000 items were found, and digests of 499");
    }
  }

  @ParameterizedTest
  @MethodSource("serverNames")
  void deliveredResultsMayGo(String server) throws Exception {
    RedisSettings settings = queue(server);
    try (QueueFixture q = open(settings)) {
      RunSpec run = q.submitted(Specs.single("books"), "1", "2", "3");
      for (Lease lease : q.leaseUpTo(3)) {
        q.finish(lease);
      }
      ResultBatch all = q.ledger().results(run.id(), ResultBatch.START, 9, Duration.ZERO);
      q.ledger().deliver(run.id(), "file", new RunLedger.Delivery(all.position(), 1));
      harm(server, settings, "redis.call('XTRIM', results, 'MINID', last())");

      Receipt receipt = receipt(q, run);

      assertThat(receipt.discrepancies()).isEmpty();
      assertThat(receipt.results()).isEqualTo(new Receipt.Results(3, 0, 0, -1, -1, 3));
    }
  }
}
