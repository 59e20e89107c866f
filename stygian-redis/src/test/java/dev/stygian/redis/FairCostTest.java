package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.Cap;
import dev.stygian.graph.queue.HostLane;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.QueueFixture;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Settlement;
import dev.stygian.graph.queue.Specs;
import dev.stygian.graph.queue.Submission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fairness costs, in commands that the server carries out: whatever the machine, the same. */
final class FairCostTest extends AskedQueue {
  private static final int LOOKED_AT = 64;
  private static final Duration A_WHILE = Duration.ofMillis(700);
  private static final Pattern SCRIPT_CALLS = Pattern.compile("cmdstat_evalsha:calls=(\\d+)");
  private static final Pattern CALLS = Pattern.compile("cmdstat_[^:]+:calls=(\\d+)");

  private RunSpec run(Specs.RunBuilder builder, int items) throws InterruptedException {
    RunSpec run = builder.build();
    queue.open(run);
    List<Submission> all =
        IntStream.range(0, items).mapToObj(i -> Specs.item(run, "x" + i)).toList();
    queue.enqueue(run.id(), "test", 0, all, QueueFixture.SOON);
    return run;
  }

  private List<Lease> lease(int most, String... services) throws InterruptedException {
    return queue.lease(new LeaseRequest(Set.of(services), most, QueueFixture.LONG, Duration.ZERO));
  }

  /**
   * Commands of a request for leases that finds nothing, or of what else there is. The least of
   * some requests: what is sent beside one of them only is no part of what each costs.
   */
  private long commandsOfARequest() throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      redis.configResetstat();
      assertThat(lease(10, "A")).isEmpty();
      least = Math.min(least, commands());
    }
    return least;
  }

  /** Commands since the last look at what a request costs. */
  private long commands() {
    return calls(CALLS);
  }

  private long calls(Pattern of) {
    return of.matcher(redis.info("commandstats"))
        .results()
        .mapToLong(calls -> Long.parseLong(calls.group(1)))
        .sum();
  }

  @Test
  void I8_what_is_at_its_cap_costs_a_request_for_leases_nothing() throws Exception {
    run(Specs.single("first").cap(1), 3);
    assertThat(lease(9, "A")).hasSize(1);
    lease(9, "A");
    long before = commandsOfARequest();
    for (int i = 0; i < 30; i++) {
      run(Specs.single("run " + i).cap(1), 3);
      run(Specs.single("node " + i).nodeCap(1), 3);
    }
    while (!lease(9, "A").isEmpty()) {
      // until all of them are at their caps
    }

    assertThat(commandsOfARequest()).isEqualTo(before);
  }

  @Test
  void I8_lanes_that_wait_for_a_service_cost_a_request_for_leases_nothing() throws Exception {
    queue.ledger().cap(new Cap.OfService("A"), 1);
    run(Specs.single("first"), 3);
    run(Specs.single("second"), 3);
    assertThat(lease(9, "A")).hasSize(1);
    lease(9, "A");
    long before = commandsOfARequest();
    for (int i = 0; i < 60; i++) {
      run(Specs.single("run " + i), 3);
    }
    lease(9, "A");

    assertThat(commandsOfARequest()).isEqualTo(before);
  }

  @Test
  void an_empty_lane_costs_a_request_for_leases_nothing() throws Exception {
    run(Specs.single("first"), 0);
    lease(9, "A"); // the server knows the script from now on
    long before = commandsOfARequest();
    for (int i = 0; i < 60; i++) {
      run(Specs.chain("run " + i), 0);
    }

    assertThat(commandsOfARequest()).isEqualTo(before);
  }

  /** Runs of two nodes, all of whose tasks have been executed, and to which more may come. */
  private void drained(Specs.RunBuilder builder, Function<RunSpec, List<Submission>> items)
      throws InterruptedException {
    RunSpec run = builder.build();
    queue.open(run);
    queue.enqueue(run.id(), "test", 0, items.apply(run), QueueFixture.SOON);
    QueueFixture moves = new QueueFixture(() -> queue, _ -> {});
    for (List<Lease> some = lease(9); !some.isEmpty(); some = lease(9)) {
      for (Lease lease : some) {
        assertThat(moves.finish(lease)).isInstanceOf(Settled.Booked.class);
      }
    }
    assertThat(queue.ledger().status(run.id()).done()).isEqualTo(3);
    assertThat(queue.ledger().status(run.id()).state()).isEqualTo(RunStatus.State.RUNNING);
  }

  private static List<Submission> three(RunSpec run) {
    return Stream.of("x", "y", "z").map(item -> Specs.item(run, item)).toList();
  }

  private static List<Submission> visiting(RunSpec run, Duration interval) {
    return IntStream.range(0, 3)
        .mapToObj(i -> Specs.visiting(run, "x" + i, new HostLane(run.id() + "." + i, interval, 1)))
        .toList();
  }

  @Test
  void a_lane_that_was_emptied_costs_a_request_for_leases_nothing() throws Exception {
    drained(Specs.chain("first"), FairCostTest::three);
    lease(9, "A");
    long before = commandsOfARequest();
    for (int i = 0; i < 40; i++) {
      drained(Specs.chain("run " + i), FairCostTest::three);
    }

    assertThat(commandsOfARequest()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 60_000})
  void a_lane_of_a_host_that_was_emptied_costs_a_request_for_leases_nothing(long intervalMillis)
      throws Exception {
    Duration interval = Duration.ofMillis(intervalMillis);
    drained(Specs.chain("first"), run -> visiting(run, interval));
    lease(9, "A");
    long before = commandsOfARequest();
    for (int i = 0; i < 40; i++) {
      drained(Specs.chain("run " + i), run -> visiting(run, interval));
    }

    assertThat(commandsOfARequest()).isEqualTo(before);
  }

  @Test
  void runs_that_nobody_may_serve_keep_nobody_awake() throws Exception {
    RunSpec last = run(Specs.single("last"), 1);
    queue.ledger().pause(last.id());
    for (int i = 0; i < LOOKED_AT + 10; i++) {
      queue.ledger().pause(run(Specs.single("run " + i), 1).id());
    }
    redis.configResetstat();

    assertThat(queue.lease(new LeaseRequest(Set.of("A"), 1, QueueFixture.LONG, A_WHILE))).isEmpty();

    assertThat(calls(SCRIPT_CALLS))
        .as("once around all of them, and what wakes by itself")
        .isLessThan(9);
    queue.ledger().resume(last.id());
    assertThat(queue.lease(new LeaseRequest(Set.of("A"), 1, QueueFixture.LONG, QueueFixture.SOON)))
        .hasSize(1);
  }

  @Test
  void tasks_whose_delays_are_over_come_back_together() throws Exception {
    run(Specs.single("r"), 100);
    List<Settlement> ends = new ArrayList<>();
    for (Lease lease : lease(100, "A")) {
      Nack.Verdict later = new Nack.Verdict.Retry("later", Duration.ofMillis(1));
      ends.add(new Nack(lease, List.of(), lease.task(), lease.attempt(), later));
    }
    queue.settle(ends);
    long booked = serverMillis();
    while (serverMillis() < booked + 2) {
      // until all are due
    }
    redis.configResetstat();

    assertThat(lease(100, "A")).hasSize(100);
    assertThat(commands()).as("one look at each, and little more").isLessThan(100 + 60);
  }

  @Test
  void queues_that_share_connections_share_their_bound() throws Exception {
    RedisSettings four = RedisSettings.of(server.url()).withQueueName("1").withMaxConnections(4);
    try (RedisWorkQueue first = RedisWorkQueue.open(four);
        RedisWorkQueue second = first.another("2")) {
      RedisWorkQueue third = second.another("3");
      for (RedisWorkQueue each : List.of(first, second, third)) {
        each.open(Specs.single("r").build());
        each.lease(new LeaseRequest(Set.of("A"), 1, QueueFixture.LONG, Duration.ofMillis(20)));
      }
      assertThat(redis.clientList().lines()).as("with ours").hasSize(1 + 4);
      assertThat(second.ledger().runs()).hasSize(1);
      third.close();
      first.lease(new LeaseRequest(Set.of("A"), 1, QueueFixture.LONG, Duration.ofMillis(20)));
      assertThat(second.ledger().runs()).as("the third is closed").hasSize(1);
    }
  }
}
