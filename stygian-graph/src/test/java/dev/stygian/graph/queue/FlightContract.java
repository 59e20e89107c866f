package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.LONG;
import static dev.stygian.graph.queue.QueueFixture.SHORT;
import static dev.stygian.graph.queue.QueueFixture.SOON;
import static dev.stygian.graph.queue.QueueFixture.request;
import static dev.stygian.graph.queue.QueueFixture.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.Lease.StoredResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One key is executed once: while it is executed nobody else starts, and its result stands. */
interface FlightContract extends Contract {

  @Test
  default void I5_a_key_that_is_executed_is_not_handed_out_again() throws Exception {
    RunSpec one = sameKey("one");
    RunSpec two = sameKey("two");
    Lease first = q().leaseOne();

    q().nothingToLease();
    assertThat(q().another().lease(request(5, LONG, Duration.ZERO))).isEmpty();
    assertThat(q().counts(two, "a").waiting()).isEqualTo(1);
    assertThat(q().counts(two, "a").leased()).isZero();

    q().finish(first, "the one output");
    Lease second = q().leaseOne();
    assertThat(second.task().id().run()).isEqualTo(two.id());
    assertThat(second.stored().map(s -> Specs.textOf(s.output()))).contains("the one output");
    assertThat(second.stored().map(StoredResult::attempts)).contains(1);
    q().finish(second, "the one output");
    assertThat(q().outputs(one)).isEqualTo(q().outputs(two));
  }

  @Test
  default void I5_who_waits_is_first_again_when_the_execution_fails() throws Exception {
    sameKey("one");
    RunSpec two = sameKey("two");
    q().submit(two, "behind");
    Lease first = q().leaseOne();
    assertThat(q().leaseOne().task().id().item()).isEqualTo("behind");
    q().submit(two, "last");

    q().fail(first, "no", Duration.ofHours(1));

    assertThat(q().leaseUpTo(1))
        .extracting(l -> l.task().id().toString())
        .containsExactly("two/x/a");
  }

  @Test
  default void I5_who_waits_goes_on_when_the_execution_dies() throws Exception {
    sameKey("one");
    RunSpec two = sameKey("two");

    q().bury(q().leaseOne(), "no");

    assertThat(q().leaseOne().task().id().run()).isEqualTo(two.id());
  }

  @Test
  default void I5_one_of_both_goes_on_when_the_lease_runs_out() throws Exception {
    RunSpec one = sameKey("one");
    RunSpec two = sameKey("two");
    q().leaseOne(SHORT);
    q().nothingToLease();

    q().elapse(SHORT);

    Lease next = q().leaseOne();
    q().nothingToLease();
    q().finish(next);
    Lease other = q().leaseOne();
    assertThat(other.stored()).isPresent();
    q().finish(other);
    assertThat(q().status(one).done() + q().status(two).done()).isEqualTo(2);
  }

  @Test
  default void I5_one_of_both_goes_on_when_the_first_is_handed_back() throws Exception {
    sameKey("one");
    sameKey("two");

    q().handBack(q().leaseOne());

    q().leaseOne();
    q().nothingToLease();
  }

  @Test
  default void I5_a_waiting_worker_is_woken_for_who_waited() throws Exception {
    sameKey("one");
    sameKey("two");
    Lease first = q().leaseOne();
    Future<List<Lease>> waiting =
        q().start(() -> q().another().lease(request(5, LONG, Duration.ofMinutes(1))));
    QueueFixture.stillWaits(waiting);

    q().finish(first);

    assertThat(soon(waiting)).extracting(l -> l.stored().isPresent()).containsExactly(true);
  }

  @Test
  default void I5_who_waits_counts_as_waiting_and_its_run_is_not_finished() throws Exception {
    sameKey("one");
    RunSpec two = sameKey("two");
    q().queue.closeInput(two.id());
    q().leaseOne();
    q().nothingToLease();

    assertThat(q().status(two).state()).isEqualTo(RunStatus.State.RUNNING);
    assertThat(q().counts(two, "a").waiting()).isEqualTo(1);
  }

  @Test
  default void I5_a_result_that_is_too_large_to_be_stored_lets_the_next_one_execute()
      throws Exception {
    sameKey("one");
    sameKey("two");

    q().finish(q().leaseOne(), large());

    assertThat(q().leaseOne().stored()).isEmpty();
  }

  @Test
  default void I5_T9_a_key_in_50_threads_is_executed_once_with_equal_results() throws Exception {
    List<RunSpec> runs = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      runs.add(sameKey("run-" + i));
    }
    AtomicInteger executions = new AtomicInteger();
    AtomicInteger left = new AtomicInteger(50);
    List<Future<Integer>> workers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      WorkQueue queue = i < 5 ? q().another() : q().queue;
      workers.add(q().start(() -> executeAll(queue, left, executions)));
    }
    for (Future<Integer> worker : workers) {
      soon(worker);
    }

    assertThat(executions).hasValue(1);
    for (RunSpec run : runs) {
      assertThat(q().outputs(run)).containsExactly("execution 1");
    }
  }

  private int executeAll(WorkQueue queue, AtomicInteger left, AtomicInteger executions)
      throws InterruptedException {
    int done = 0;
    while (left.get() > 0) {
      for (Lease lease : queue.lease(request(1, LONG, Duration.ofMillis(100)))) {
        String output =
            lease
                .stored()
                .map(s -> Specs.textOf(s.output()))
                .orElseGet(() -> "execution " + executions.incrementAndGet());
        assertThat(q().finish(lease, output)).isInstanceOf(Settled.Booked.class);
        left.decrementAndGet();
        done++;
      }
    }
    return done;
  }

  @Test
  default void I4_what_stands_under_a_key_is_handed_out_later_too() throws Exception {
    sameKey("one");
    Lease first = q().leaseOne();
    q().fail(first, "once", Duration.ZERO);
    q().finish(q().leaseOne(), "kept");
    sameKey("later");

    Lease lease = q().leaseOne();

    assertThat(lease.stored()).contains(new StoredResult(Specs.text("kept"), 2));
    assertThat(lease.attempt()).isEqualTo(1);
  }

  @Test
  default void I4_the_first_result_wins_and_a_late_duplicate_gets_it_back() throws Exception {
    RunSpec one = q().open(Specs.chain("one"));
    RunSpec two = q().open(Specs.chain("two"));
    q().submit(one, "x");
    q().submit(two, "x");
    Lease first = q().leaseOne();
    Lease second = q().leaseOne();

    q().queue.complete(chained(one, first, "the first"));
    q().queue.complete(chained(two, second, "the second"));

    assertThat(q().outputs(one)).containsExactly("the first");
    assertThat(q().outputs(two)).containsExactly("the first");
  }

  /** Books a and b, where b has a key that both runs share. */
  private Completion chained(RunSpec run, Lease lease, String output) {
    Task b = Specs.task(run, "x", "b", "shared");
    return new Completion(
        lease,
        List.of(
            QueueFixture.result(run, lease.task(), "a", 1), QueueFixture.result(run, b, output, 1)),
        List.of());
  }

  @Test
  @WaitsLong
  default void I4_a_stored_result_lives_for_its_time_to_live_and_not_for_ever() throws Exception {
    Duration ttl = Duration.ofSeconds(2);
    RunLimits limits = Specs.limits(1_000, 1_000, ttl, Duration.ofHours(1));
    RunSpec first = q().open(Specs.single("first").limits(limits));
    q().submit(first, List.of(Specs.shared(first, "x", "shared")));
    q().finish(q().leaseOne());

    q().elapse(ttl.dividedBy(2));
    RunSpec second = q().open(Specs.single("second").limits(limits));
    q().submit(second, List.of(Specs.shared(second, "x", "shared")));
    Lease stored = q().leaseOne();
    assertThat(stored.stored()).isPresent();
    q().finish(stored);

    q().elapse(ttl.multipliedBy(2));
    RunSpec third = q().open(Specs.single("third").limits(limits));
    q().submit(third, List.of(Specs.shared(third, "x", "shared")));
    assertThat(q().leaseOne().stored()).isEmpty();
  }

  @Test
  default void the_older_stored_results_go_when_their_budget_is_used_up() throws Exception {
    RunLimits limits =
        new RunLimits(
            1_000, 1_000, 1 << 30, Duration.ofHours(1), 100_000, Duration.ofHours(1), LONG);
    RunSpec first = q().open(Specs.single("first").limits(limits));
    for (int i = 0; i < 40; i++) {
      q().submit(first, List.of(Specs.shared(first, "item-" + i, "shared")));
      q().finish(q().leaseOne(), Specs.noise(i, 8_000));
    }
    RunSpec second = q().open(Specs.single("second").limits(limits));
    for (String item : List.of("item-0", "item-39")) {
      q().submit(second, List.of(Specs.shared(second, item, "shared")));
    }

    assertThat(q().leaseUpTo(2))
        .extracting(l -> l.stored().isPresent())
        .containsExactly(false, true);
  }

  @Test
  default void a_result_of_16_KiB_is_stored_and_a_larger_one_is_not() throws Exception {
    sameKey("one");
    q().finish(q().leaseOne(), large());
    sameKey("two");
    Lease again = q().leaseOne();
    assertThat(again.stored()).isEmpty();
    String fits = Specs.noise(7, 16_000);
    assertThat(Specs.text(fits).size()).isBetween(12_000, 16 << 10);

    q().finish(again, fits);

    sameKey("three");
    assertThat(q().leaseOne().stored().map(s -> Specs.textOf(s.output()))).contains(fits);
  }

  /** A run with one item whose key is that of all such runs. */
  private RunSpec sameKey(String name) throws InterruptedException {
    RunSpec run = q().open(Specs.single(name));
    q().queue.enqueue(run.id(), "s", 0, List.of(Specs.shared(run, "x", "shared")), SOON);
    return run;
  }

  private static String large() {
    String text = Specs.noise(1, 40_000);
    assertThat(Specs.text(text).size()).isGreaterThan(16 << 10);
    return text;
  }

  @Test
  default void I5_thousands_behind_one_key_are_all_answered() throws Exception {
    int items = 2_500;
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, behindOneKey(run, items, Specs.answerable(run, "x", "scope")));
    q().queue.closeInput(run.id());

    Lease only = q().leaseOne();
    q().nothingToLease();
    q().finish(only);
    for (int i = 0; i < 20 && q().status(run).inFlight() > 0; i++) {
      q().finishAll();
    }

    q().isFinished(run, items, 0);
  }

  @Test
  default void I5_thousands_behind_one_key_all_go_on_with_its_result() throws Exception {
    int items = 1_500;
    RunSpec run = q().open(Specs.chain("r"));
    q().submit(run, behindOneKey(run, items, Specs.shared(run, "x", "scope")));
    q().queue.closeInput(run.id());

    Lease only = q().leaseOne();
    q().nothingToLease();
    q().finish(only, "the one output");
    List<Lease> others = q().finishAll();

    assertThat(others)
        .filteredOn(lease -> lease.task().id().node().equals("a"))
        .hasSize(items - 1)
        .allMatch(lease -> lease.stored().isPresent());
    q().isFinished(run, items, 0);
  }

  @Test
  default void I5_a_cancelled_run_lets_go_on_who_waits_behind_it() throws Exception {
    RunSpec first = q().open(Specs.single("first"));
    RunSpec crowd = q().open(Specs.single("crowd"));
    RunSpec last = q().open(Specs.single("last"));
    q().submit(first, List.of(Specs.shared(first, "x", "scope")));
    q().submit(crowd, behindOneKey(crowd, 1_000, Specs.shared(crowd, "x", "scope")));
    Lease only = q().leaseOne();
    q().nothingToLease();
    q().submit(last, List.of(Specs.shared(last, "x", "scope")));
    q().nothingToLease();

    q().fail(only, "not now", Duration.ofHours(1));
    q().ledger().cancel(crowd.id());

    assertThat(q().leaseOne().task().id().run()).isEqualTo(last.id());
  }

  /** So many items whose first task has the key of this one's. */
  private static List<Submission> behindOneKey(RunSpec run, int items, Submission one) {
    Task first = one.first().getFirst();
    List<Submission> same = new ArrayList<>();
    for (int i = 0; i < items; i++) {
      TaskId id = new TaskId(run.id(), "item " + i, first.id().node());
      Task task = new Task(id, first.service(), first.key(), first.input());
      same.add(new Submission(id.item(), one.input(), List.of(task), one.lastKeys()));
    }
    return same;
  }
}
