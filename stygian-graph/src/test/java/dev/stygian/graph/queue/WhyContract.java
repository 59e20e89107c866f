package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.queue.Explanation.Verdict;
import dev.stygian.graph.queue.Hold.HostState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A run that does not move is planted in each way that there is, and each is named. Long because
 * that is one list of ways.
 */
interface WhyContract extends Contract {
  /** An interval that does not end while a test goes on. */
  Duration FOR_GOOD = Duration.ofHours(1);

  String HOST = "a.example";

  private Explanation why(RunSpec run) {
    return q().ledger().why(run.id());
  }

  /** What holds a run back, and nothing else does. */
  private <T extends Hold> T onlyHold(Class<T> kind, Verdict verdict, RunSpec run) {
    Explanation explanation = why(run);
    assertThat(explanation.holds()).hasSize(1).first().isInstanceOf(kind);
    assertThat(explanation.verdict()).isEqualTo(verdict);
    return kind.cast(explanation.holds().getFirst());
  }

  /** One hold of several. */
  private static <T extends Hold> T hold(Class<T> kind, Explanation explanation) {
    List<T> all = explanation.holds().stream().filter(kind::isInstance).map(kind::cast).toList();
    assertThat(all).as("%s among %s", kind.getSimpleName(), explanation.holds()).hasSize(1);
    return all.getFirst();
  }

  /** A worker gives a sign of life. */
  private void worker(int slots, String... services) {
    q().queue.renew(new Heartbeat("w", Set.of(services), slots, Set.of(), LeaseRequest.AS_RUN));
  }

  @Test
  default void a_run_that_moves_is_said_to_move() throws Exception {
    worker(4, "A", "B");
    RunSpec run = q().submitted(Specs.chain("r"), "x", "y", "z");
    assertThat(onlyHold(Hold.Ready.class, Verdict.MOVES, run))
        .isEqualTo(new Hold.Ready("a", "A", 3, 4, 0));

    q().finish(q().leaseOne());
    q().leaseOne("A");

    Explanation explanation = why(run);
    assertThat(explanation.verdict()).isEqualTo(Verdict.MOVES);
    assertThat(explanation.run()).isEqualTo(run.id());
    assertThat(explanation.state()).isEqualTo(RunStatus.State.RUNNING);
    assertThat(explanation.unseenHosts()).isZero();
    assertThat(explanation.holds())
        .filteredOn(Hold.Ready.class::isInstance)
        .containsExactly(new Hold.Ready("a", "A", 1, 4, 1), new Hold.Ready("b", "B", 1, 4, 1));
    assertThat(explanation.holds()).hasSize(3);
  }

  @Test
  default void all_that_is_left_is_being_executed() throws Exception {
    worker(1, "A");
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    Lease first = q().leaseOne();
    q().leaseOne();

    Hold.Executing executing = onlyHold(Hold.Executing.class, Verdict.MOVES, run);

    assertThat(executing.node()).isEqualTo("a");
    assertThat(executing.tasks()).isEqualTo(2);
    assertThat(executing.firstDeadline()).contains(first.deadline());
  }

  @Test
  default void a_run_is_paused() throws Exception {
    worker(4, "A");
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    q().ledger().pause(run.id());

    assertThat(onlyHold(Hold.Paused.class, Verdict.STANDS, run)).isEqualTo(new Hold.Paused(2));
    q().ledger().resume(run.id());
    onlyHold(Hold.Ready.class, Verdict.MOVES, run);
  }

  @Test
  default void no_worker_lives() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");

    assertThat(onlyHold(Hold.NoWorker.class, Verdict.STANDS, run)).isEqualTo(new Hold.NoWorker(2));
  }

  @Test
  default void no_live_worker_offers_the_service() throws Exception {
    worker(4, "B");
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");

    assertThat(onlyHold(Hold.NoWorkerFor.class, Verdict.STANDS, run))
        .isEqualTo(new Hold.NoWorkerFor("a", "A", 2));
  }

  @Test
  default void results_that_nobody_takes_hold_first_nodes_back() throws Exception {
    worker(4, "A");
    RunSpec run = q().submitted(Specs.single("r").undeliveredResults(1), "x", "y", "z");
    q().finish(q().leaseOne());

    Hold.ResultsUntaken untaken = onlyHold(Hold.ResultsUntaken.class, Verdict.STANDS, run);

    assertThat(untaken.results()).isEqualTo(1);
    assertThat(untaken.bytes()).isPositive();
    assertThat(untaken.tasks()).isEqualTo(2);
    ResultBatch all = q().ledger().results(run.id(), ResultBatch.START, 9, Duration.ZERO);
    q().ledger().deliver(run.id(), "reader", new RunLedger.Delivery(all.position(), 1));
    onlyHold(Hold.Ready.class, Verdict.MOVES, run);
  }

  @Test
  default void a_run_is_at_its_cap() throws Exception {
    worker(4, "A", "B");
    RunSpec run = q().submitted(Specs.chain("r").cap(2), Specs.names(9));
    q().leaseUpTo(5);

    Explanation explanation = why(run);

    assertThat(hold(Hold.AtCap.class, explanation))
        .isEqualTo(new Hold.AtCap(new Cap.OfRun(run.id()), 2, 2, 7));
    assertThat(hold(Hold.Executing.class, explanation).tasks()).isEqualTo(2);
    assertThat(explanation.holds()).hasSize(2);
    assertThat(explanation.verdict()).isEqualTo(Verdict.MOVES);
  }

  @Test
  default void a_node_is_at_its_cap() throws Exception {
    worker(4, "A");
    RunSpec run = q().submitted(Specs.single("r").nodeCap(3), Specs.names(9));
    q().leaseUpTo(5);
    q().nothingToLease();

    Explanation explanation = why(run);

    assertThat(hold(Hold.AtCap.class, explanation))
        .isEqualTo(new Hold.AtCap(new Cap.OfNode(run.id(), "a"), 3, 3, 6));
    assertThat(explanation.holds()).hasSize(2);
  }

  @Test
  default void another_run_has_all_places_of_a_service() throws Exception {
    worker(4, "A");
    q().submitted(Specs.single("other"), Specs.names(9));
    q().ledger().cap(new Cap.OfService("A"), 2);
    q().leaseUpTo(9);
    RunSpec run = q().submitted(Specs.single("r"), "x", "y", "z");
    q().nothingToLease();

    assertThat(onlyHold(Hold.AtCap.class, Verdict.WAITS, run))
        .isEqualTo(new Hold.AtCap(new Cap.OfService("A"), 2, 2, 3));
  }

  @Test
  default void all_workers_are_busy_with_another_run() throws Exception {
    worker(2, "A");
    q().submitted(Specs.single("other"), "x", "y");
    q().leaseUpTo(2);
    RunSpec run = q().submitted(Specs.single("r"), "x", "y", "z");

    Hold.Ready ready = onlyHold(Hold.Ready.class, Verdict.WAITS, run);

    assertThat(ready).isEqualTo(new Hold.Ready("a", "A", 3, 2, 2));
    assertThat(ready.isBusy()).isTrue();
  }

  @Test
  default void the_interval_of_a_host_is_not_over() throws Exception {
    worker(4, "A");
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane(HOST, FOR_GOOD, 0), "x", "y", "z");
    Lease first = q().leaseOne();
    q().finish(first);
    for (int looks = 0; looks < 2; looks++) {
      Hold.AtHost at = onlyHold(Hold.AtHost.class, Verdict.WAITS, run);

      assertThat(at.node()).isEqualTo("a");
      assertThat(at.host()).isEqualTo(HOST);
      assertThat(at.tasks()).isEqualTo(2);
      assertThat(at.mayBeMore()).isFalse();
      assertThat(at.state()).isInstanceOf(HostState.Interval.class);
      HostState.Interval interval = (HostState.Interval) at.state();
      assertThat(interval.interval()).isEqualTo(FOR_GOOD);
      assertThat(interval.isWidened()).isFalse();
      assertThat(interval.next())
          .isAfterOrEqualTo(first.deadline().minus(first.visibility()).plus(FOR_GOOD));
      q().nothingToLease(); // after which the lane rests
    }
  }

  @Test
  default void between_two_starts_the_others_wait_for_their_host() throws Exception {
    worker(4, "A");
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane(HOST, FOR_GOOD, 0), "x", "y", "z");

    Explanation explanation = why(run);

    assertThat(explanation.verdict()).isEqualTo(Verdict.MOVES);
    assertThat(hold(Hold.Ready.class, explanation).tasks()).isEqualTo(1);
    assertThat(hold(Hold.AtHost.class, explanation).tasks()).isEqualTo(2);
  }

  @Test
  default void a_host_asked_for_fewer_requests() throws Exception {
    worker(4, "A");
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane(HOST, Duration.ofMillis(1), 0), "x", "y");
    Lease first = q().leaseOne();
    q().visited(run, HOST, new Visit.Answer.Interval(Duration.ofMinutes(30)));
    q().finish(first);

    Hold.AtHost at = onlyHold(Hold.AtHost.class, Verdict.WAITS, run);

    HostState.Interval interval = (HostState.Interval) at.state();
    assertThat(interval.interval()).isEqualTo(Duration.ofMinutes(30));
    assertThat(interval.isWidened()).isTrue();
  }

  @Test
  default void a_host_asked_to_be_left_alone() throws Exception {
    worker(4, "A");
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited(HOST), "x", "y");
    q().visited(run, HOST, new Visit.Answer.TooMany(FOR_GOOD));

    Hold.AtHost at = onlyHold(Hold.AtHost.class, Verdict.WAITS, run);

    assertThat(at.tasks()).isEqualTo(2);
    assertThat(at.state()).isInstanceOf(HostState.AskedToWait.class);
    assertThat(((HostState.AskedToWait) at.state()).until())
        .isAfter(why(run).at().plus(Duration.ofMinutes(50)));
  }

  @Test
  default void as_many_tasks_visit_a_host_as_may() throws Exception {
    worker(4, "A");
    RunSpec other = q().open(Specs.single("other"));
    q().submit(other, new HostLane(HOST, Duration.ZERO, 2), "x", "y");
    q().leaseUpTo(2);
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane(HOST, Duration.ZERO, 2), "x", "y", "z");
    for (int looks = 0; looks < 2; looks++) {
      assertThat(onlyHold(Hold.AtHost.class, Verdict.WAITS, run))
          .isEqualTo(new Hold.AtHost("a", HOST, 3, false, new HostState.Busy(2, 2)));
      q().nothingToLease(); // after which the lane is blocked
    }
  }

  @Test
  default void a_host_does_not_answer() throws Exception {
    worker(4, "A");
    RunSpec run = q().open(Specs.single("r"));
    Duration patience = Duration.ofHours(2);
    q().submit(run, new HostLane(HOST, Duration.ZERO, 0, patience), "x", "y");
    for (int i = 0; i < HostPaceContract.BREAKS_AT; i++) {
      q().visited(run, HOST, new Visit.Answer.Failure());
    }

    Hold.AtHost at = hold(Hold.AtHost.class, why(run));

    assertThat(at.state()).isInstanceOf(HostState.Broken.class);
    HostState.Broken broken = (HostState.Broken) at.state();
    assertThat(broken.failures()).isEqualTo(HostPaceContract.BREAKS_AT);
    assertThat(broken.givenUp()).isEqualTo(broken.since().plus(patience));
    assertThat(why(run).at()).isBetween(broken.since(), broken.givenUp());
  }

  /** Leases what there is and hands it back, to be looked at again after a time. */
  private void putOff(Duration delay) throws InterruptedException {
    for (Lease lease : q().leaseUpTo(9)) {
      Nack.Verdict later = new Nack.Verdict.HandBack(true, delay);
      q().queue.nack(new Nack(lease, List.of(), lease.task(), lease.attempt(), later));
    }
  }

  /** It is not to be had since half an hour, and asked for again in five minutes. */
  private RobotsNote robotsAway(RunSpec run, String host) {
    Instant now = why(run).at();
    RobotsNote away =
        new RobotsNote(
            "https://" + host, now.minus(Duration.ofMinutes(30)), now.plus(Duration.ofMinutes(5)));
    q().queue.notes().put(RobotsNote.name(host), away.value(), FOR_GOOD);
    return away;
  }

  @Test
  default void the_robots_txt_of_a_host_is_not_to_be_had() throws Exception {
    worker(4, "A");
    RunSpec run = q().open(Specs.single("r"));
    String host = "a.example:8080"; // whose colon is none of a key's
    q().submit(run, new HostLane(host, Duration.ZERO, 0, Duration.ofHours(2)), "x", "y");
    putOff(FOR_GOOD);
    onlyHold(Hold.Delayed.class, Verdict.WAITS, run);
    RobotsNote away = robotsAway(run, host);

    assertThat(onlyHold(Hold.AtHost.class, Verdict.WAITS, run))
        .isEqualTo(
            new Hold.AtHost(
                "a",
                host,
                2,
                false,
                new HostState.RobotsAway(
                    away.site(),
                    away.since(),
                    away.next(),
                    away.since().plus(Duration.ofHours(2)))));
    q().queue.notes().forget(RobotsNote.name(host));
    onlyHold(Hold.Delayed.class, Verdict.WAITS, run);
  }

  @Test
  default void what_is_delayed_otherwise_is_told_apart_from_what_waits_for_a_robots_txt()
      throws Exception {
    worker(4, "A");
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited(HOST), "x");
    putOff(FOR_GOOD);
    q().submit(run, HostLane.unlimited("b.example"), "y", "z");
    q().submit(run, "nowhere");
    putOff(FOR_GOOD.multipliedBy(2));
    robotsAway(run, HOST);

    Explanation explanation = why(run);

    assertThat(hold(Hold.AtHost.class, explanation).tasks()).isEqualTo(1);
    Hold.Delayed others = hold(Hold.Delayed.class, explanation);
    assertThat(others.tasks()).isEqualTo(3);
    assertThat(others.next().orElseThrow()).isAfter(explanation.at().plus(FOR_GOOD));
    assertThat(explanation.holds()).hasSize(2);
  }

  @Test
  default void tasks_wait_for_their_next_try() throws Exception {
    worker(4, "A", "B");
    RunSpec run = q().submitted(Specs.chain("r"), "x", "y");
    q().fail(q().leaseOne(), "no", FOR_GOOD);
    Lease second = q().leaseOne();
    q().fail(second, "no", FOR_GOOD.multipliedBy(2));

    Hold.Delayed delayed = onlyHold(Hold.Delayed.class, Verdict.WAITS, run);

    assertThat(delayed.node()).isEqualTo("a");
    assertThat(delayed.tasks()).isEqualTo(2);
    assertThat(delayed.next().orElseThrow())
        .isBetween(
            why(run).at().plus(FOR_GOOD).minus(Duration.ofMinutes(5)),
            why(run).at().plus(FOR_GOOD));
  }

  @Test
  default void an_equal_task_is_being_executed() throws Exception {
    worker(4, "A");
    RunSpec other = q().open(Specs.single("other"));
    q().submit(other, List.of(Specs.shared(other, "x", "same")));
    Lease first = q().leaseOne();
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, List.of(Specs.shared(run, "x", "same")));
    q().nothingToLease();

    assertThat(onlyHold(Hold.SameKey.class, Verdict.WAITS, run))
        .isEqualTo(new Hold.SameKey("a", 1));

    q().finish(first);
    onlyHold(Hold.Ready.class, Verdict.MOVES, run);
    q().finish(q().leaseOne());
    q().queue.closeInput(run.id());
    onlyHold(Hold.Over.class, Verdict.OVER, run);
  }

  @Test
  default void a_worker_that_is_not_heard_of_holds_leases() throws Exception {
    RunSpec run = q().submitted(Specs.single("r").visibility(Duration.ofMillis(1_500)), "x", "y");
    List<Lease> leases =
        q().queue.lease(QueueFixture.request(2, LeaseRequest.AS_RUN, Duration.ZERO));
    assertThat(leases).hasSize(2);

    q().elapse(Duration.ofMillis(1_100));

    Explanation explanation = why(run);
    Hold.Silent silent = hold(Hold.Silent.class, explanation);
    assertThat(silent.node()).isEqualTo("a");
    assertThat(silent.tasks()).isEqualTo(2);
    assertThat(silent.runsOut()).isEqualTo(leases.getFirst().deadline());
    assertThat(silent.lastSign())
        .isEqualTo(leases.getFirst().deadline().minus(Duration.ofMillis(1_500)));
    hold(Hold.NoWorker.class, explanation);
    assertThat(explanation.holds()).hasSize(2);
    assertThat(explanation.verdict()).isEqualTo(Verdict.STANDS);
  }

  @Test
  default void what_a_worker_renews_is_being_executed() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    Lease lease = q().leaseOne();
    q().queue.renew(new Heartbeat("w", Set.of("A"), 1, Set.of(lease.token().lease()), LONG));

    onlyHold(Hold.Executing.class, Verdict.MOVES, run);
  }

  @Test
  default void a_worker_may_give_its_leases_less_time_than_the_run_does() throws Exception {
    Duration brief = Duration.ofSeconds(30);
    RunSpec run = q().submitted(Specs.single("r"), "x");
    Lease lease = q().leaseOne(brief);
    q().queue.renew(new Heartbeat("w", Set.of("A"), 1, Set.of(lease.token().lease()), brief));

    onlyHold(Hold.Executing.class, Verdict.MOVES, run);
  }

  @Test
  default void nothing_is_left_but_more_input_may_come() throws Exception {
    worker(4, "A");
    RunSpec run = q().open(Specs.single("r"));
    assertThat(onlyHold(Hold.InputOpen.class, Verdict.STANDS, run))
        .isEqualTo(new Hold.InputOpen(0));
    q().submit(run, "x");
    onlyHold(Hold.Ready.class, Verdict.MOVES, run);

    q().finishAll();

    assertThat(onlyHold(Hold.InputOpen.class, Verdict.STANDS, run))
        .isEqualTo(new Hold.InputOpen(1));
  }

  /** A run that nothing more of is taken in, since others have filled the queue. */
  private RunSpec shutOut(int most) {
    return q().open(Specs.single("r").maxDepth(most));
  }

  @Test
  default void a_paused_run_fills_the_queue_so_that_the_input_of_another_waits() throws Exception {
    worker(4, "A");
    RunSpec large = q().submitted(Specs.single("large"), "x", "y");
    RunSpec small = q().submitted(Specs.single("small"), "z");
    q().ledger().pause(large.id());
    q().ledger().pause(small.id());
    RunSpec run = shutOut(3);

    assertThat(onlyHold(Hold.QueueFull.class, Verdict.STANDS, run))
        .isEqualTo(
            new Hold.QueueFull(
                3,
                3,
                List.of(
                    new Hold.Filling(large.id(), 2, true), new Hold.Filling(small.id(), 1, true))));

    q().ledger().resume(small.id());
    onlyHold(Hold.QueueFull.class, Verdict.WAITS, run);
    q().finishAll();
    onlyHold(Hold.InputOpen.class, Verdict.STANDS, run);
  }

  @Test
  default void of_the_runs_that_fill_the_queue_the_largest_are_named() throws Exception {
    worker(4, "A");
    for (int i = 1; i <= 5; i++) {
      q().submitted(Specs.single("other" + i), Specs.names(i));
    }
    RunSpec run = shutOut(15);

    Hold.QueueFull full = onlyHold(Hold.QueueFull.class, Verdict.WAITS, run);

    assertThat(full.unfinished()).isEqualTo(15);
    assertThat(full.largest())
        .extracting(of -> of.run() + " " + of.tasks())
        .containsExactly("other5 5", "other4 4", "other3 3");
  }

  @Test
  default void an_item_that_has_more_tasks_than_there_is_room_waits() throws Exception {
    worker(4, "A", "B");
    RunSpec other = q().submitted(Specs.single("other"), "x", "y");
    RunSpec run = q().open(Specs.single("r").node("b").maxDepth(3));

    assertThat(onlyHold(Hold.QueueFull.class, Verdict.WAITS, run))
        .isEqualTo(new Hold.QueueFull(2, 3, List.of(new Hold.Filling(other.id(), 2, false))));
    q().finish(q().leaseOne());
    onlyHold(Hold.InputOpen.class, Verdict.STANDS, run);
  }

  @Test
  default void a_run_that_fills_the_queue_itself_is_told_what_else_it_waits_for() throws Exception {
    worker(4, "A");
    RunSpec run = shutOut(2);
    q().submit(run, "x", "y");

    Explanation explanation = why(run);

    assertThat(hold(Hold.Ready.class, explanation).tasks()).isEqualTo(2);
    assertThat(hold(Hold.QueueFull.class, explanation).largest())
        .containsExactly(new Hold.Filling(run.id(), 2, false));
    assertThat(explanation.verdict()).isEqualTo(Verdict.MOVES);
    q().queue.closeInput(run.id());
    onlyHold(Hold.Ready.class, Verdict.MOVES, run);
  }

  @Test
  default void a_run_is_finished() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    q().finishAll();

    assertThat(onlyHold(Hold.Over.class, Verdict.OVER, run).since())
        .isEqualTo(q().status(run).finished().orElseThrow());
    assertThat(why(run).state()).isEqualTo(RunStatus.State.FINISHED);
  }

  @Test
  default void a_run_is_cancelled_and_its_leases_are_waited_for() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    Lease lease = q().leaseOne();

    q().ledger().cancel(run.id());

    assertThat(onlyHold(Hold.Executing.class, Verdict.MOVES, run).tasks()).isEqualTo(1);
    assertThat(why(run).state()).isEqualTo(RunStatus.State.CANCELLED);
    q().finish(lease);
    onlyHold(Hold.Over.class, Verdict.OVER, run);
    assertThat(why(run).state()).isEqualTo(RunStatus.State.CANCELLED);
  }

  @Test
  default void all_reasons_are_said_at_once() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r").nodeCap(1), "x", "y", "z");
    q().finish(q().leaseOne("A"));
    q().finish(q().leaseOne("A"));
    q().leaseOne("B");
    q().fail(q().leaseOne("A"), "no", FOR_GOOD);
    q().ledger().pause(run.id());
    q().nothingToLease();

    Explanation explanation = why(run);

    assertThat(explanation.holds()).hasSize(5);
    assertThat(hold(Hold.Paused.class, explanation).tasks()).isEqualTo(1);
    assertThat(hold(Hold.NoWorker.class, explanation).tasks()).isEqualTo(2);
    assertThat(hold(Hold.AtCap.class, explanation).cap()).isEqualTo(new Cap.OfNode(run.id(), "b"));
    assertThat(hold(Hold.Delayed.class, explanation).node()).isEqualTo("a");
    assertThat(hold(Hold.Executing.class, explanation).node()).isEqualTo("b");
  }

  @Test
  default void a_host_and_a_missing_worker_are_both_named() throws Exception {
    worker(4, "B");
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane(HOST, FOR_GOOD, 0), "x", "y");
    q().finish(q().leaseOne("A"));

    Explanation explanation = why(run);

    assertThat(hold(Hold.NoWorkerFor.class, explanation).tasks()).isEqualTo(1);
    assertThat(hold(Hold.AtHost.class, explanation).state()).isInstanceOf(HostState.Interval.class);
    assertThat(explanation.verdict()).isEqualTo(Verdict.STANDS);
  }

  @Test
  default void tasks_that_visit_hosts_and_others_are_told_apart() throws Exception {
    worker(9, "A");
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane(HOST, FOR_GOOD, 0), "x", "y");
    q().finish(q().leaseOne());
    q().submit(run, HostLane.unlimited("b.example"), "z");
    q().submit(run, "nowhere");

    Explanation explanation = why(run);

    assertThat(hold(Hold.AtHost.class, explanation).tasks()).isEqualTo(1);
    assertThat(hold(Hold.Ready.class, explanation).tasks()).isEqualTo(2);
    assertThat(explanation.holds()).hasSize(2);
    assertThat(explanation.verdict()).isEqualTo(Verdict.MOVES);
  }

  @Test
  default void of_many_hosts_some_are_looked_at_and_the_others_counted() throws Exception {
    worker(9, "A");
    RunSpec run = q().open(Specs.single("r"));
    int count = Observation.MOST_HOSTS + 50;
    q().submit(
            run,
            IntStream.range(0, 2 * count)
                .mapToObj(
                    i -> Specs.visiting(run, "x" + i, new HostLane("h" + i % count, FOR_GOOD, 1)))
                .toList());
    int left = count;
    while (left > 0) {
      for (Lease lease : q().leaseUpTo(100)) {
        q().finish(lease);
        left--;
      }
    }

    Explanation explanation = why(run);

    assertThat(explanation.verdict()).isEqualTo(Verdict.WAITS);
    assertThat(explanation.unseenHosts()).isEqualTo(50);
    assertThat(explanation.holds())
        .hasSize(Observation.MOST_HOSTS)
        .allSatisfy(hold -> assertThat(((Hold.AtHost) hold).tasks()).isEqualTo(1))
        .extracting(hold -> ((Hold.AtHost) hold).host())
        .doesNotHaveDuplicates();
  }

  @Test
  default void looking_changes_nothing() throws Exception {
    RunSpec run = q().submitted(Specs.single("r").visibility(Duration.ofMillis(100)), "x");
    q().queue.lease(QueueFixture.request(1, LeaseRequest.AS_RUN, Duration.ZERO));
    q().elapse(Duration.ofMillis(200));
    long keys = keyCount().orElse(0);

    assertThat(hold(Hold.Silent.class, why(run)).tasks()).isEqualTo(1);

    assertThat(why(run).holds()).hasSize(2);
    assertThat(q().counts(run, "a").leased()).as("nothing was taken back").isEqualTo(1);
    assertThat(keyCount().orElse(0)).isEqualTo(keys);
  }

  @Test
  default void a_run_that_is_not_there_is_unknown() {
    RunLedger ledger = q().ledger();

    assertThatThrownBy(() -> ledger.why(new RunId("none")))
        .isInstanceOf(RunUnknownException.class)
        .hasMessageContaining("none");
  }
}
