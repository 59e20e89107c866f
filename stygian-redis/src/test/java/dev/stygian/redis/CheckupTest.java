package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.HostLane;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.Progress;
import dev.stygian.graph.queue.Release;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Specs;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import dev.stygian.redis.Violation.Repair;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.ScriptOutputType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a check of a queue's keys names, and mends, when somebody has laid hands on them.
 *
 * <p>Long because it lists all that can be done to them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CheckupTest {
  private static final int ITEMS = 12;
  private static final HostLane HOST = new HostLane("a.example", Duration.ZERO, 1);

  /** What the queue's keys are called below. */
  private static final String NAMES =
      """
      local base = KEYS[1]
      local run = redis.call('HVALS', base .. 'runs')[1]
      local of_run, lane = base .. 'r:' .. run, base .. 'l:' .. run .. ':0'
      local lease = redis.call('HKEYS', base .. 'leases')[1]
      local delayed = redis.call('ZRANGE', base .. 'delayed', 0, 0)[1]
      local chunk = string.match(redis.call('LINDEX', lane, 0) or '', '^([^:]+)')
      local chunks = base .. 'chunks'
      """;

  /** What is done to the keys of a run of which some wait, some are leased and one is delayed. */
  private static final Map<String, String> DAMAGES = damages();

  private final Map<String, EmbeddedRedis> servers = new LinkedHashMap<>();
  private int queues;

  private static Map<String, String> damages() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("it has a deadline and no record", "redis.call('HDEL', base .. 'leases', lease)");
    all.put(
        "3 tasks of chunk \\S+ are unfinished, and no lane, lease, delay or key has them: items"
            + " \"1\", \"2\", \"3\"",
        "redis.call('HDEL', base .. 'leases', lease) redis.call('DEL', base .. 'deadlines')");
    all.put("it has no deadline", "redis.call('DEL', base .. 'deadlines')");
    all.put(
        "its record says \"rubbish\", which nobody can read",
        "redis.call('HSET', base .. 'leases', lease, 'rubbish')");
    all.put(
        "the keys of 3 of its tasks are not marked as executed",
        "redis.call('DEL', base .. 'flight')");
    all.put(
        "1 keys are marked as executed by it, and it does not execute them",
        "redis.call('HSET', base .. 'flight', string.sub(redis.call('GET', base .. 'c:' .. chunk),"
            + " 9 + 4 * 12 + 24 * 11, 8 + 4 * 12 + 24 * 12), 7)");
    all.put(
        "the counter of waiting tasks says 10, 7 are waiting",
        "redis.call('HINCRBY', of_run, 'w0', 3)");
    all.put(
        "the counter of leased tasks says 1, 3 are leased",
        "redis.call('HINCRBY', of_run, 'l0', -2)");
    all.put(
        "the counter of delayed tasks says 0, 1 are delayed", "redis.call('HDEL', of_run, 'd0')");
    all.put(
        "the counter of unfinished tasks says 16, 11 are unfinished",
        "redis.call('HINCRBY', of_run, 'tasks', 5)");
    all.put(
        "the counter of unfinished tasks says 7, 11 are unfinished",
        "redis.call('HINCRBY', of_run, 'tasks', -4)");
    all.put(
        "7 tasks of chunk \\S+ are unfinished, and no lane, .*: items \"5\", .* and 2 more",
        "redis.call('DEL', lane)");
    all.put("an entry of its lane says \"a:b\"", "redis.call('RPUSH', lane, 'a:b')");
    all.put(
        "chunk \\S+ counts 2 unfinished tasks, 10 of it wait or are leased",
        "redis.call('HINCRBY', chunks, chunk, -8)");
    all.put(
        "chunk \\S+ is not counted, and 10 tasks of it wait or are leased",
        "redis.call('HDEL', chunks, chunk)");
    all.put(
        "chunk left is not counted, and nothing names a task of it",
        "redis.call('SET', base .. 'c:left', redis.call('GET', base .. 'c:' .. chunk))");
    all.put("it is counted, its bytes are gone", "redis.call('HSET', chunks, 'gone', 3)");
    all.put(
        "1 tasks of chunk \\S+ are unfinished, and no lane, .*: item \"4\"",
        "redis.call('ZREM', base .. 'delayed', delayed)");
    all.put(
        "it has waiting tasks and is not among the ready ones",
        "redis.call('DEL', of_run .. ':ready')");
    all.put("it is not among the runs that take turns", "redis.call('DEL', base .. 'ring')");
    all.put(
        "it is among the runs that take turns, and does not say so",
        "redis.call('HDEL', of_run, 'ring')");
    all.put(
        "it stands 2 times among the runs that take turns",
        "redis.call('RPUSH', base .. 'ring', run)");
    all.put(
        "its cap, and has a place",
        "redis.call('DEL', base .. 'ring') redis.call('HSET', of_run, 'ring', 'capped')");
    all.put(
        "node \"work\": it is held back by its cap, and has a place",
        "redis.call('DEL', base .. 'ring', of_run .. ':ready') redis.call('HDEL', of_run, 'ring')"
            + " redis.call('HSET', of_run, 'blocked', ';0n;')");
    all.put(
        "it is held back by the cap of noop, and is not in line for it",
        "redis.call('DEL', base .. 'ring', of_run .. ':ready') redis.call('HDEL', of_run, 'ring')"
            + " redis.call('HSET', of_run, 'blocked', ';0s;')");
    all.put(
        "its depth says 18, its runs have 11 unfinished tasks",
        "redis.call('HINCRBY', base .. 'meta', 'depth', 7)");
    all.put(
        "service noop: 8 tasks count as leased, 3 are",
        "redis.call('HINCRBY', base .. 'meta', 'leased:noop', 5)");
    all.put(
        "it is not over, and does not count among the runs of its pipeline",
        "redis.call('DEL', base .. 'o:books')");
    all.put("its id does not lead to it", "redis.call('DEL', base .. 'runs')");
    all.put(
        "it is not over, and 1 of its keys have a time to live",
        "redis.call('PEXPIRE', of_run .. ':lanes', 100000)");
    all.put("12 items came in; 3 have ended and 11", "redis.call('HINCRBY', of_run, 'done', 2)");
    all.put(
        "16 items came in; 1 have ended and 11", "redis.call('HINCRBY', of_run, 'submitted', 4)");
    all.put(
        "the counter of parked tasks says 2, 0 are parked",
        "redis.call('HSET', base .. 'meta', 'parked', 2)");
    all.put(
        "key l:77:0: its run, number 77, is gone", "redis.call('RPUSH', base .. 'l:77:0', 'x')");
    all.put("key a:\\S+: it has no time to live", "redis.call('SET', base .. 'a:somebody', '1:2')");
    all.put("chunk none: its bytes are gone", "redis.call('ZADD', base .. 'delayed', 1, 'none')");
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

  /** Each server gets its share of them; every script is run on each. */
  static Stream<Arguments> damagesOnServers() {
    List<String> servers = serverNames().toList();
    List<String> all = List.copyOf(DAMAGES.keySet());
    return IntStream.range(0, all.size())
        .mapToObj(i -> Arguments.of(servers.get(i % servers.size()), all.get(i)));
  }

  /** A queue of its own on a server. */
  private RedisSettings queue(String server) {
    return RedisSettings.of(there(server).url()).withQueueName("checked-" + queues++);
  }

  private EmbeddedRedis there(String server) {
    return Objects.requireNonNull(servers.get(server));
  }

  private void harm(String server, RedisSettings settings, String lua) {
    String prefix = new Keys(settings.queueName()).prefix();
    Servers.ask(there(server), redis -> redis.eval(NAMES + lua, ScriptOutputType.VALUE, prefix));
  }

  /** Leases of a run of which one item is done, three are leased, one is delayed, seven wait. */
  private static List<Lease> begin(RedisWorkQueue queue, NoopRun run) throws Exception {
    run.submit(queue, ITEMS);
    List<Lease> leases = NoopRun.lease(queue, 5);
    NoopRun.complete(queue, leases.get(0));
    Lease last = leases.get(4);
    queue.nack(
        new Nack(
            last,
            List.of(),
            last.task(),
            last.attempt(),
            new Nack.Verdict.Retry("later", Duration.ofMinutes(10))));
    return leases.subList(1, 4);
  }

  /** Lets a run end: its workers end what they have, and others do the rest. */
  private void finish(
      String server, RedisSettings settings, RedisWorkQueue queue, NoopRun run, List<Lease> held)
      throws Exception {
    for (Lease lease : held) {
      NoopRun.complete(queue, lease);
    }
    harm(server, settings, "if delayed then redis.call('ZADD', base .. 'delayed', 1, delayed) end");
    workOff(queue);
    assertThat(queue.ledger().status(run.id()).state()).isEqualTo(RunStatus.State.FINISHED);
    assertThat(run.results(queue))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, ITEMS).mapToObj(String::valueOf).toList());
    assertThat(queue.ledger().receipt(run.id()).discrepancies()).isEmpty();
    isSound(settings);
  }

  private static void isSound(RedisSettings settings) {
    Checkup.Report report = Checkup.of(settings, false);
    assertThat(report.violations()).isEmpty();
    assertThat(report.notes()).isEmpty();
    assertThat(report.isSound()).isTrue();
  }

  private static List<String> said(Checkup.Report report) {
    return report.violations().stream().map(v -> v.subject() + ": " + v.found()).toList();
  }

  @ParameterizedTest
  @MethodSource("damagesOnServers")
  void whatDoesNotAddUpIsNamedAndMended(String server, String found) throws Exception {
    RedisSettings settings = queue(server);
    NoopRun run = NoopRun.of("books");
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      run.open(queue);
      // so that the keys of what is leased are marked
      new NoopRun(new RunId("beside"), run.pipeline()).submit(queue, 0);
      List<Lease> held = begin(queue, run);
      isSound(settings);
      harm(server, settings, Objects.requireNonNull(DAMAGES.get(found)));

      Checkup.Report seen = Checkup.of(settings, false);
      assertThat(said(seen)).as("what is named").anyMatch(s -> s.matches("(?s).*" + found + ".*"));
      assertThat(seen.isSound()).isFalse();
      assertThat(seen.violations()).extracting(Violation::repair).containsOnly(Repair.POSSIBLE);

      Checkup.Report mended = Checkup.of(settings, true);
      assertThat(said(mended)).anyMatch(s -> s.matches("(?s).*" + found + ".*"));
      assertThat(mended.isSound()).as("%s", said(mended)).isTrue();
      isSound(settings);

      finish(server, settings, queue, run, held);
    }
  }

  @Test
  void whatWasLeasedOfKeysThatNobodyElseHasIsNotGuessed() throws Exception {
    String server = serverNames().findFirst().orElseThrow();
    RedisSettings settings = queue(server);
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      begin(queue, NoopRun.of("books"));
      isSound(settings);
      harm(server, settings, "redis.call('DEL', base .. 'leases', base .. 'deadlines')");

      Checkup.Report report = Checkup.of(settings, true);

      assertThat(said(report))
          .anyMatch(s -> s.contains("they are among items \"0\", \"1\", \"2\", \"3\", \"4\""));
      assertThat(report.isSound()).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("serverNames")
  void itemsThatWaitForTheirPartsAreInOrder(String server) throws Exception {
    RedisSettings settings = queue(server);
    RunSpec run =
        Specs.single("collecting")
            .splits(1)
            .node("b")
            .ends(1)
            .partsOf("a")
            .node("c")
            .ends(1)
            .collects("a", "b")
            .build();
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      queue.open(run);
      Task first = Specs.task(run, "x", "a", "r");
      queue.enqueue(
          run.id(),
          "t",
          0,
          List.of(new Submission("x", Specs.text("x"), List.of(first), List.of())),
          Duration.ofSeconds(5));
      LeaseRequest any =
          new LeaseRequest(Set.of(), 2, Duration.ofMinutes(1), Duration.ofSeconds(5));
      Lease split = queue.lease(any).getFirst();
      List<Emission> parts =
          Stream.of("x/a/0", "x/a/1")
              .map(part ->
                  new Emission(part, Specs.text(part), List.of(Specs.task(run, part, "b", "r"))))
              .toList();
      queue.emitParts(split, parts, 0);
      Release waiting = new Release(Specs.task(run, "x", "c", "r"), 1);
      queue.complete(
          new Completion(split, new Progress(List.of("a"), List.of(), List.of(waiting))));
      isSound(settings);

      for (Lease part : queue.lease(any)) {
        isSound(settings);
        queue.nack(new Nack(part, List.of(), part.task(), 1, new Nack.Verdict.Bury("of no use")));
      }

      assertThat(queue.ledger().status(run.id()).dead()).isEqualTo(3);
      isSound(settings);
    }
  }

  @ParameterizedTest
  @MethodSource("serverNames")
  void whatIsGoneWithoutATraceEndsAsDead(String server) throws Exception {
    RedisSettings settings = queue(server);
    NoopRun run = NoopRun.of("books");
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      List<Lease> held = begin(queue, run);
      harm(
          server,
          settings,
          "redis.call('ZREM', base .. 'delayed', delayed) redis.call('HDEL', chunks, delayed)"
              + " redis.call('DEL', base .. 'c:' .. delayed)");

      Checkup.Report report = Checkup.of(settings, true);

      assertThat(said(report)).anyMatch(s -> s.contains("1 unfinished tasks are gone without"));
      for (Lease lease : held) {
        NoopRun.complete(queue, lease);
      }
      workOff(queue);
      RunStatus status = queue.ledger().status(run.id());
      assertThat(status.state()).isEqualTo(RunStatus.State.FINISHED);
      assertThat(status.done()).isEqualTo(ITEMS - 1);
      assertThat(status.dead()).isEqualTo(1);
      isSound(settings);
    }
  }

  @ParameterizedTest
  @MethodSource("serverNames")
  void whatCannotBeToldIsNotGuessed(String server) throws Exception {
    RedisSettings settings = queue(server);
    NoopRun run = NoopRun.of("books");
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      begin(queue, run);
      harm(
          server,
          settings,
          "redis.call('DEL', base .. 'leases', base .. 'deadlines', base .. 'flight', lane)"
              + " redis.call('HSET', of_run, 'w0', 0, 'l0', 0)");

      Checkup.Report report = Checkup.of(settings, true);

      assertThat(report.isSound()).isFalse();
      assertThat(report.violations())
          .filteredOn(v -> v.repair() == Repair.BEYOND)
          .singleElement()
          .satisfies(v -> {
            assertThat(v.subject()).isEqualTo("run \"books\", node \"work\"");
            assertThat(v.found())
                .startsWith("10 tasks of chunk ")
                .contains("they are among items \"0\", \"1\"");
            assertThat(v.remedy()).startsWith("cancel the run, repair again");
          });
      assertThat(queue.ledger().status(run.id()).done()).isEqualTo(1);

      queue.ledger().cancel(run.id());
      assertThat(Checkup.of(settings, true).isSound()).isTrue();
      RunStatus status = queue.ledger().status(run.id());
      assertThat(status.finished()).isPresent();
      assertThat(status.cancelled()).isEqualTo(ITEMS - 1);
      isSound(settings);
    }
  }

  @ParameterizedTest
  @MethodSource("serverNames")
  void tasksThatWaitBehindAKeyForNothingComeBack(String server) throws Exception {
    RedisSettings settings = queue(server);
    NoopRun first = new NoopRun(NoopRun.of("first").id(), "same");
    NoopRun second = new NoopRun(NoopRun.of("second").id(), "same");
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      first.submit(queue, 4);
      assertThat(NoopRun.lease(queue, 4)).hasSize(4);
      second.submit(queue, 4);
      assertThat(queue.lease(request(4))).as("their keys are executed").isEmpty();
      isSound(settings);
      harm(
          server,
          settings,
          "redis.call('DEL', base .. 'leases', base .. 'deadlines', base .. 'flight')"
              + " redis.call('HSET', base .. 'meta', 'parked', 0)");

      Checkup.Report seen = Checkup.of(settings, false);
      Checkup.Report mended = Checkup.of(settings, true);

      assertThat(said(seen))
          .contains("queue: the counter of parked tasks says 0, 4 are parked")
          .anyMatch(s -> s.contains("1 tasks are parked behind a key that nobody executes"));
      assertThat(mended.isSound()).as("%s", said(mended)).isTrue();
      isSound(settings);
      workOff(queue);
      for (NoopRun run : List.of(first, second)) {
        assertThat(run.results(queue)).containsExactlyInAnyOrder("0", "1", "2", "3");
        assertThat(queue.ledger().receipt(run.id()).discrepancies()).isEmpty();
      }
      isSound(settings);
    }
  }

  private static LeaseRequest request(int most) {
    return new LeaseRequest(Set.of("noop"), most, Duration.ofMinutes(1), Duration.ZERO);
  }

  /** Leases and completes as long as something is to be had at once. */
  private static int workOff(RedisWorkQueue queue) throws InterruptedException {
    int tasks = 0;
    List<Lease> leases = queue.lease(request(100));
    while (!leases.isEmpty()) {
      for (Lease lease : leases) {
        NoopRun.complete(queue, lease);
        tasks++;
      }
      leases = queue.lease(request(100));
    }
    return tasks;
  }

  private static List<Submission> visits(NoopRun run, int items) {
    List<Submission> all = new ArrayList<>();
    for (Submission item : run.items(0, items)) {
      all.add(
          new Submission(
              item.item(),
              item.input(),
              item.first().stream().map(task -> task.in(HOST)).toList(),
              item.lastKeys()));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("serverNames")
  void lanesOfHostsThatNobodyLooksAtAreLookedAtAgain(String server) throws Exception {
    Map<String, String> damages =
        Map.of(
            "host a.example: its lane has tasks and is not listed among the node's",
            "redis.call('DEL', base .. 'q:' .. run .. ':0')",
            "its lane waits for the end of a task at the host, and none is there",
            "redis.call('HSET', base .. 'h:a.example', 'active', 0, 'blocked', '')",
            "host a.example: 4 tasks count as being at it, 1 are",
            "redis.call('HSET', base .. 'h:a.example', 'active', 4)",
            "it has waiting tasks and is not among the ready ones",
            "redis.call('DEL', of_run .. ':ready') redis.call('ZADD', base .. 'q:' .. run .. ':0',"
                + " 1, redis.call('ZRANGE', base .. 'q:' .. run .. ':0', 0, 0)[1])");
    for (var damage : damages.entrySet()) {
      RedisSettings settings = queue(server);
      NoopRun run = NoopRun.of("books");
      try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
        run.open(queue);
        queue.enqueue(run.id(), "input", 0, visits(run, ITEMS), Duration.ofMinutes(1));
        queue.closeInput(run.id());
        List<Lease> held = NoopRun.lease(queue, 5);
        assertThat(held).hasSize(1);
        assertThat(queue.lease(request(1))).as("one at once").isEmpty();
        isSound(settings);
        harm(server, settings, damage.getValue());

        Checkup.Report seen = Checkup.of(settings, false);
        Checkup.Report mended = Checkup.of(settings, true);

        assertThat(said(seen)).anyMatch(s -> s.contains(damage.getKey()));
        assertThat(mended.isSound()).as("%s", said(mended)).isTrue();
        isSound(settings);
        finish(server, settings, queue, run, held);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("serverNames")
  void anEndThatDidNotComeComesAndKeysOfWhatIsOverGetTheirTimeToLive(String server)
      throws Exception {
    RedisSettings settings = queue(server);
    NoopRun run = NoopRun.of("books");
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      run.submit(queue, ITEMS);
      workOff(queue);
      harm(server, settings, "redis.call('PERSIST', of_run .. ':spec')");
      assertThat(said(Checkup.of(settings, false)))
          .containsExactly("run \"books\": it is over, and 1 of its keys have no time to live");
      harm(
          server,
          settings,
          "redis.call('HDEL', of_run, 'finished') redis.call('HSET', of_run, 'state', 'running')");
      assertThat(said(Checkup.of(settings, false)))
          .anyMatch(s -> s.contains("none of its tasks is unfinished, and it is not over"));

      assertThat(Checkup.of(settings, true).isSound()).isTrue();

      isSound(settings);
      assertThat(queue.ledger().status(run.id()).state()).isEqualTo(RunStatus.State.FINISHED);
    }
  }

  /** A run whose places are more than one call reads. */
  @ParameterizedTest
  @MethodSource("serverNames")
  void aLargeRunIsLookedAtInPages(String server) throws Exception {
    RedisSettings settings = queue(server);
    NoopRun run = NoopRun.of("books");
    int items = 900;
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      run.open(queue);
      for (int i = 0; i < items; i++) {
        queue.enqueue(run.id(), "input", i, run.items(i, i + 1), Duration.ofMinutes(1));
      }
      queue.closeInput(run.id());
      isSound(settings);
      harm(server, settings, "for _ = 1, 3 do redis.call('RPOP', lane) end");

      assertThat(said(Checkup.of(settings, false)))
          .hasSize(3)
          .anyMatch(s -> s.endsWith("delay or key has them: item \"899\""));
      assertThat(Checkup.of(settings, true).violations())
          .hasSize(3)
          .allMatch(v -> v.repair() == Repair.DONE);
      isSound(settings);
      assertThat(workOff(queue)).isEqualTo(items);
      assertThat(run.results(queue)).hasSize(items).doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @MethodSource("serverNames")
  void nothingIsReportedOrChangedBesideLiveWork(String server) throws Exception {
    RedisSettings settings = queue(server);
    NoopRun first = new NoopRun(NoopRun.of("first").id(), "same");
    NoopRun second = new NoopRun(NoopRun.of("second").id(), "same");
    int items = 2500;
    AtomicBoolean works = new AtomicBoolean(true);
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<NoopRun> runs = List.of(first, second);
      for (NoopRun run : runs) {
        run.submit(queue, items);
      }
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        workers.add(threads.submit(() -> workAndStumble(queue, works, runs)));
      }
      List<String> found = new ArrayList<>();
      int looks = 0;
      while (works.get()) {
        Checkup.Report report = Checkup.of(settings, looks++ % 2 == 1);
        found.addAll(said(report));
      }
      for (Future<?> worker : workers) {
        worker.get();
      }
      assertThat(found).isEmpty();
      assertThat(looks).isGreaterThan(3);
      for (NoopRun run : runs) {
        assertThat(run.results(queue)).hasSize(items).doesNotHaveDuplicates();
        assertThat(queue.ledger().receipt(run.id()).discrepancies()).isEmpty();
      }
      isSound(settings);
    }
  }

  /** Works until the runs are over; some tasks fail at first, some are handed back. */
  private static Void workAndStumble(RedisWorkQueue queue, AtomicBoolean works, List<NoopRun> runs)
      throws Exception {
    int tasks = 0;
    while (works.get()) {
      for (Lease lease : NoopRun.lease(queue, 7)) {
        tasks++;
        if (tasks % 11 == 0 && lease.attempt() == 1) {
          Nack.Verdict verdict =
              tasks % 2 == 0
                  ? new Nack.Verdict.HandBack()
                  : new Nack.Verdict.Retry("later", Duration.ofMillis(20));
          queue.nack(new Nack(lease, List.of(), lease.task(), lease.attempt(), verdict));
        } else {
          NoopRun.complete(queue, lease);
        }
      }
      boolean over = true;
      for (NoopRun run : runs) {
        over = over && queue.ledger().status(run.id()).state() == RunStatus.State.FINISHED;
      }
      works.compareAndSet(over, false);
    }
    return null;
  }
}
