package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tasks that visit hosts: each host at its pace, and no host in the way of another. */
interface HostContract extends Contract {
  Duration INTERVAL = Duration.ofMillis(60);

  /** An interval that does not end while a test goes on. */
  Duration FOR_GOOD = Duration.ofHours(1);

  @Test
  default void I9_starts_at_a_host_are_an_interval_apart() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", INTERVAL, 0), "x", "y", "z");

    List<Instant> starts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Lease lease = q().leaseOne();
      starts.add(granted(lease));
      q().finish(lease);
      q().nothingToLease();
      q().elapse(INTERVAL.multipliedBy(2));
    }

    assertThat(Duration.between(starts.get(0), starts.get(1))).isGreaterThanOrEqualTo(INTERVAL);
    assertThat(Duration.between(starts.get(1), starts.get(2))).isGreaterThanOrEqualTo(INTERVAL);
  }

  @Test
  default void I9_a_start_is_good_for_less_time_than_the_next_one_is_late() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", INTERVAL, 0), "x", "y");

    long asked = System.nanoTime();
    Lease first = q().leaseOne();
    q().elapse(INTERVAL.multipliedBy(2));
    Lease second = q().leaseOne();

    long good = first.startBefore().orElseThrow() - asked;
    Duration late = Duration.between(granted(first), granted(second)).minus(INTERVAL);
    assertThat(Duration.ofNanos(good)).isPositive();
    assertThat(late).isGreaterThanOrEqualTo(Duration.ofMillis(10));
    assertThat(first.mayStart(asked)).isTrue();
    assertThat(first.mayStart(asked + Duration.ofMinutes(1).toNanos())).isFalse();
  }

  @Test
  default void I9_the_next_start_is_an_interval_after_the_last_one_was_used() throws Exception {
    Duration interval = Duration.ofMillis(600);
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", interval, 0), "x", "y");
    Lease first = q().leaseOne();
    q().nothingToLease();

    q().visited(run, "a.example", new Visit.Answer.Fine());
    q().finish(first);
    q().nothingToLease();
    q().elapse(interval.plusMillis(20)); // the start was good for three times as long

    assertThat(q().leaseUpTo(1)).hasSize(1);
  }

  @Test
  default void I9_that_counts_as_soon_as_it_is_told_and_is_no_visit_yet() throws Exception {
    Duration interval = Duration.ofMillis(600);
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", interval, 2), "x", "y");
    q().leaseOne();
    q().nothingToLease();

    q().visited(run, "a.example", new Visit.Answer.UnderWay());
    q().nothingToLease();
    q().elapse(interval.plusMillis(20)); // the start was good for three times as long

    assertThat(q().leaseUpTo(1)).hasSize(1);
    HostCounts counts = q().ledger().hosts(run.id()).getFirst();
    assertThat(counts.requests()).isZero();
    assertThat(counts.smallestGap()).isEmpty();
    assertThat(q().ledger().receipt(run.id()).spent()).isEmpty();
  }

  /** A redirect may bring a request to a host none of whose tasks was leased before. */
  @Test
  default void I9_the_first_start_counts_from_what_was_sent_outside_of_the_lane() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", FOR_GOOD, 0), "x");
    q().visited(run, "a.example", new Visit.Answer.Fine());
    q().nothingToLease();

    q().submit(run, new HostLane("b.example", INTERVAL, 0), "y");
    q().visited(run, "b.example", new Visit.Answer.Fine());
    q().elapse(INTERVAL.plusMillis(20));

    assertThat(hosts(q().leaseUpTo(10))).containsExactly("b.example");
  }

  @Test
  default void I9_never_more_tasks_at_once_than_a_host_allows() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", Duration.ZERO, 2), "x", "y", "z");

    List<Lease> two = q().leaseUpTo(10);
    assertThat(two).hasSize(2);
    q().nothingToLease();

    q().finish(two.getFirst());
    assertThat(q().leaseUpTo(10)).hasSize(1);
  }

  @Test
  default void I9_a_waiting_worker_gets_what_another_ones_end_allows() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", Duration.ZERO, 1), "x", "y");
    Lease first = q().leaseOne();

    WorkQueue other = q().another();
    var second =
        q().start(() -> other.lease(QueueFixture.request(1, QueueFixture.LONG, QueueFixture.SOON)));
    QueueFixture.stillWaits(second);
    q().finish(first);

    assertThat(QueueFixture.soon(second)).hasSize(1);
  }

  @Test
  default void I9_runs_that_visit_one_host_keep_to_its_interval_together() throws Exception {
    HostLane host = new HostLane("a.example", INTERVAL, 0);
    RunSpec one = q().open(Specs.single("one"));
    RunSpec two = q().open(Specs.single("two"));
    q().submit(one, host, "x", "y");
    q().submit(two, host, "x", "y");

    Map<RunId, Integer> served = new HashMap<>();
    Instant last = Instant.EPOCH;
    for (int i = 0; i < 4; i++) {
      Lease lease = q().leaseOne();
      assertThat(Duration.between(last, granted(lease))).isGreaterThanOrEqualTo(INTERVAL);
      last = granted(lease);
      served.merge(lease.task().id().run(), 1, Integer::sum);
      q().finish(lease);
      q().elapse(INTERVAL.multipliedBy(2));
    }
    assertThat(served).containsOnly(Map.entry(one.id(), 2), Map.entry(two.id(), 2));
  }

  @Test
  default void I9_a_slow_host_holds_up_no_other() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("slow.example", FOR_GOOD, 0), Specs.names(50));
    q().submit(run, HostLane.unlimited("fast.example"), "x", "y", "z");

    assertThat(hosts(q().leaseUpTo(100)))
        .containsExactlyInAnyOrder("slow.example", "fast.example", "fast.example", "fast.example");
    q().nothingToLease();
  }

  @Test
  default void I9_a_thousand_slow_hosts_keep_no_worker_from_other_tasks() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(
            run,
            IntStream.range(0, 2_000)
                .mapToObj(
                    i -> Specs.visiting(run, "x" + i, new HostLane("h" + i % 1_000, FOR_GOOD, 0)))
                .toList());
    Set<String> started = new HashSet<>();
    List<Lease> some = q().leaseUpTo(100);
    while (!some.isEmpty()) {
      some.forEach(lease -> assertThat(started.add(host(lease))).isTrue());
      some = q().leaseUpTo(100);
    }
    assertThat(started).hasSize(1_000);

    RunSpec other = q().open(Specs.single("other"));
    q().submit(other, "y");

    assertThat(q().leaseOne().task().id().item()).isEqualTo("y");
    q().nothingToLease();
  }

  @Test
  default void I8_hosts_take_turns() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("large.example"), Specs.names(200));
    q().submit(run, HostLane.unlimited("small.example"), "x", "y");

    assertThat(hosts(q().leaseUpTo(60))).contains("small.example");
  }

  @Test
  default void a_task_that_is_handed_back_unused_gives_its_start_to_the_next() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", FOR_GOOD, 0), "x", "y");
    Lease first = q().leaseOne();
    q().nothingToLease();

    q().handBack(first, true);

    Lease again = q().leaseOne();
    assertThat(again.task().id().item()).isEqualTo("x");
    assertThat(again.attempt()).isEqualTo(1);
    q().handBack(again, false);
    q().nothingToLease();
  }

  @Test
  default void a_task_that_leaves_its_lane_unused_gives_its_start_to_the_next() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", FOR_GOOD, 1), "x", "y", "z");
    Lease first = q().leaseOne();
    q().nothingToLease();

    q().queue
        .nack(
            new Nack(
                first,
                List.of(),
                first.task().inNoLane(),
                first.attempt(),
                new Nack.Verdict.HandBack(true, Duration.ZERO)));

    Map<String, Boolean> waitsForHost = new HashMap<>();
    for (Lease lease : List.of(q().leaseOne(), q().leaseOne())) {
      waitsForHost.put(lease.task().id().item(), lease.task().hostLane().isPresent());
    }
    assertThat(waitsForHost).isEqualTo(Map.of("x", false, "y", true));
    q().nothingToLease();
  }

  @Test
  default void a_lease_that_ran_out_no_longer_counts_at_its_host() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", Duration.ZERO, 1), "x", "y");
    q().leaseOne(QueueFixture.SHORT);
    q().nothingToLease();

    q().elapse(QueueFixture.SHORT);

    Lease again = q().leaseOne();
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(again.task().hostLane()).contains(new HostLane("a.example", Duration.ZERO, 1));
    q().nothingToLease();
  }

  @Test
  default void what_is_tried_again_waits_in_its_hosts_lane() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", Duration.ZERO, 1), "x", "y");
    q().fail(q().leaseOne(), "no", Duration.ZERO);

    Lease again = q().leaseOne();
    assertThat(again.task().id().item()).isEqualTo("x");
    q().nothingToLease();
    q().bury(again, "never");
    q().finish(q().leaseOne());

    assertThat(q().deadLetters(run).getFirst().task().hostLane()).isPresent();
    q().ledger().replay(run.id(), Set.of("x"));
    assertThat(q().leaseOne().task().hostLane()).isPresent();
  }

  @Test
  default void what_follows_may_visit_a_host() throws Exception {
    HostLane host = new HostLane("a.example", Duration.ZERO, 1);
    RunSpec run = q().submitted(Specs.chain("r"), "x", "y");
    for (Lease lease : q().leaseUpTo(10)) {
      List<Release> visiting =
          QueueFixture.releases(run, lease.task()).stream()
              .map(release -> new Release(release.task().in(host), release.predecessors()))
              .toList();
      q().queue
          .complete(
              new Completion(
                  lease, List.of(QueueFixture.result(run, lease.task(), "out", 1)), visiting));
    }

    Lease first = q().leaseOne();
    q().nothingToLease();
    assertThat(first.task().id().node()).isEqualTo("b");
    assertThat(first.task().hostLane()).contains(host);
    q().finish(first);
    q().finish(q().leaseOne());
    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.FINISHED);
  }

  @Test
  default void a_cancelled_run_leaves_nothing_at_its_hosts() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    for (int i = 0; i < 30; i++) {
      q().submit(run, new HostLane("h" + i + ".example", FOR_GOOD, 1), "x" + i, "y" + i);
    }
    List<Lease> begun = q().leaseUpTo(100);
    assertThat(begun).hasSize(30);

    q().ledger().cancel(run.id());
    for (Lease lease : begun) {
      q().finish(lease);
    }

    RunStatus status = q().status(run);
    assertThat(status.state()).isEqualTo(RunStatus.State.CANCELLED);
    assertThat(status.finished()).isPresent();
    assertThat(status.cancelled()).isEqualTo(60);
    RunSpec next = q().open(Specs.single("next"));
    q().submit(next, HostLane.unlimited("h0.example"), "x");
    assertThat(q().leaseUpTo(10)).hasSize(1);
  }

  @Test
  default void a_paused_run_goes_on_at_its_hosts() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x");
    q().ledger().pause(run.id());
    q().nothingToLease();

    q().ledger().resume(run.id());

    assertThat(q().leaseUpTo(10)).hasSize(1);
  }

  @Test
  default void hosts_may_have_any_name() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    List<String> names = List.of("a:8080", "[::1]:80", "bücher.example", "a~b/c,d|e f%20", "x%7Ey");
    for (String name : names) {
      q().submit(run, new HostLane(name, FOR_GOOD, 1), name);
    }

    List<Lease> leases = q().leaseUpTo(10);

    assertThat(hosts(leases)).containsExactlyInAnyOrderElementsOf(names);
    assertThat(leases).allSatisfy(l -> assertThat(l.task().id().item()).isEqualTo(host(l)));
    assertThat(q().ledger().hosts(run.id())).extracting(HostCounts::host).containsAll(names);
  }

  @Test
  default void many_hosts_are_all_served() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    List<Submission> items =
        IntStream.range(0, 600)
            .mapToObj(i ->
                Specs.visiting(run, "x" + i, new HostLane("h" + i % 300, Duration.ofMillis(1), 1)))
            .toList();
    q().submit(run, items);
    q().queue.closeInput(run.id());

    Set<String> done = new HashSet<>();
    while (done.size() < 600) {
      for (Lease lease :
          q().queue.lease(QueueFixture.request(100, QueueFixture.LONG, QueueFixture.SOON))) {
        assertThat(done.add(lease.task().id().item())).isTrue();
        q().finish(lease);
      }
      q().elapse(Duration.ofMillis(20));
    }
    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.FINISHED);
  }

  private static Instant granted(Lease lease) {
    return lease.deadline().minus(lease.visibility());
  }

  private static List<String> hosts(List<Lease> leases) {
    return leases.stream().map(HostContract::host).toList();
  }

  private static String host(Lease lease) {
    return lease.task().hostLane().orElseThrow().host();
  }
}
