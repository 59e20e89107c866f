package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.LONG;
import static dev.stygian.graph.queue.QueueFixture.SHORT;
import static dev.stygian.graph.queue.QueueFixture.SOON;
import static dev.stygian.graph.queue.QueueFixture.request;
import static dev.stygian.graph.queue.QueueFixture.soon;
import static dev.stygian.graph.queue.QueueFixture.stillWaits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.queue.RunStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * The life of a run: its end, its cancellation, its rest, and what is left of it. Long because that
 * is one list of promises.
 */
interface RunContract extends Contract {

  @Test
  default void I14_a_run_is_finished_when_its_input_is_closed_and_nothing_is_left()
      throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, "x", "y");
    q().finishAll();
    assertThat(q().status(run).state()).isEqualTo(State.RUNNING);
    assertThat(q().status(run).inputClosed()).isFalse();

    q().queue.closeInput(run.id());

    assertThat(q().status(run).inputClosed()).isTrue();
    q().isFinished(run, 2, 0);
  }

  @Test
  default void I14_a_run_with_a_leased_a_delayed_or_a_waiting_task_is_not_finished()
      throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x");
    Lease lease = q().leaseOne();
    assertThat(q().status(run).state()).isEqualTo(State.RUNNING);
    q().fail(lease, "later", SHORT);
    assertThat(q().status(run).state()).isEqualTo(State.RUNNING);
    q().elapse(SHORT);
    q().finish(q().leaseOne());
    assertThat(q().status(run).state()).isEqualTo(State.RUNNING);
    q().finish(q().leaseOne());
    q().isFinished(run, 1, 0);
  }

  @Test
  default void I14_the_run_that_follows_goes_on_once_the_run_is_over() throws Exception {
    RunSpec next = q().submitted(Specs.single("next"), "x");
    q().ledger().pause(next.id());
    RunSpec run = Specs.chain("r").build().withNext(next.id());
    q().queue.open(run);
    q().submit(run, "y");
    q().queue.closeInput(run.id());
    assertThat(q().ledger().find(run.id()).orElseThrow()).isEqualTo(run);
    q().finish(q().leaseOne());
    assertThat(q().status(next).state()).isEqualTo(State.PAUSED);

    q().finish(q().leaseOne());

    q().isFinished(run, 1, 0);
    Lease lease = q().leaseOne();
    assertThat(lease.task().id().run()).isEqualTo(next.id());
    q().finish(lease);
    q().isFinished(next, 1, 0);
  }

  @Test
  default void I14_a_worker_that_waits_is_woken_for_the_run_that_follows() throws Exception {
    RunSpec next = q().submitted(Specs.single("next"), "x");
    q().ledger().pause(next.id());
    RunSpec run = Specs.single("r").build().withNext(next.id());
    q().queue.open(run);
    q().submit(run, "y");
    q().queue.closeInput(run.id());
    Lease last = q().leaseOne();
    Future<List<Lease>> waiting = q().start(() -> q().queue.lease(request(1, LONG, SOON)));
    stillWaits(waiting);

    q().finish(last);

    assertThat(soon(waiting))
        .extracting(lease -> lease.task().id().run())
        .containsExactly(next.id());
  }

  @Test
  default void a_run_that_was_cancelled_is_followed_too_and_only_by_one_that_is_paused()
      throws Exception {
    RunSpec next = q().submitted(Specs.single("next"), "x");
    q().ledger().pause(next.id());
    RunSpec cancelled = Specs.single("r").build().withNext(next.id());
    q().queue.open(cancelled);
    q().submit(cancelled, "y");

    q().ledger().cancel(cancelled.id());

    assertThat(q().status(next).state()).isEqualTo(State.RUNNING);
    q().ledger().cancel(next.id());
    RunSpec other = Specs.single("other").build().withNext(next.id());
    q().queue.open(other);
    q().queue.closeInput(other.id());
    assertThat(q().status(other).state()).isEqualTo(State.FINISHED);
    assertThat(q().status(next).state()).isEqualTo(State.CANCELLED);
  }

  @Test
  default void I14_a_run_without_items_is_finished_when_its_input_is_closed() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"));

    q().isFinished(run, 0, 0);
    assertThat(q().ledger().results(run.id(), ResultBatch.START, 1, SOON).ended()).isTrue();
  }

  @Test
  default void a_finished_run_that_is_put_in_again_passes_everything_over() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    List<Submission> batch = IntakeContract.items(run, 3);
    q().queue.enqueue(run.id(), "s", 0, batch, SOON);
    q().queue.closeInput(run.id());
    q().finishAll();

    q().queue.open(run);
    q().queue.enqueue(run.id(), "s", 0, batch, SOON);
    q().queue.closeInput(run.id());

    q().isFinished(run, 3, 0);
  }

  @Test
  default void T19_the_producer_ends_and_others_do_the_rest() throws Exception {
    RunSpec run = Specs.chain("r").build();
    try (WorkQueue producer = q().another()) {
      producer.open(run);
      producer.enqueue(run.id(), "s", 0, IntakeContract.items(run, 20), SOON);
      producer.closeInput(run.id());
    }

    assertThat(q().finishAll()).hasSize(40);

    q().isFinished(run, 20, 0);
    assertThat(q().another().ledger().results(run.id(), ResultBatch.START, 99, SOON).results())
        .hasSize(20);
  }

  @Test
  default void a_cancelled_run_gives_out_nothing_and_counts_its_items() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "done", "leased", "delayed", "waiting");
    q().finish(q().leaseOne());
    Lease leased = q().leaseOne();
    q().fail(q().leaseOne(), "later", SHORT);

    q().another().ledger().cancel(run.id());

    assertThat(q().status(run).state()).isEqualTo(State.CANCELLED);
    q().elapse(SHORT);
    q().nothingToLease();
    assertThat(q().finish(leased)).isInstanceOf(Settled.Booked.class);
    RunStatus status = q().status(run);
    assertThat(status.state()).isEqualTo(State.CANCELLED);
    assertThat(status.done()).isEqualTo(1);
    assertThat(status.cancelled()).isEqualTo(3);
    assertThat(status.inFlight()).isZero();
    ResultBatch batch = q().ledger().results(run.id(), ResultBatch.START, 9, SOON);
    assertThat(batch.results()).extracting(Result::item).containsExactly("done");
    assertThat(batch.ended()).isTrue();
  }

  @Test
  default void every_end_of_a_cancelled_runs_lease_counts_as_cancelled() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r").maxAttempts(1), "t", "u", "v", "w");
    List<Lease> leases = q().leaseUpTo(3);
    q().leaseOne(SHORT);

    q().ledger().cancel(run.id());
    assertThat(q().ledger().results(run.id(), ResultBatch.START, 9, Duration.ZERO).ended())
        .isFalse();
    assertThat(q().bury(leases.get(0), "no")).isInstanceOf(Settled.Booked.class);
    assertThat(q().handBack(leases.get(1))).isInstanceOf(Settled.Booked.class);
    assertThat(q().fail(leases.get(2), "no", Duration.ZERO)).isInstanceOf(Settled.Booked.class);
    q().elapse(SHORT);
    q().nothingToLease();

    assertThat(q().status(run).cancelled()).isEqualTo(4);
    assertThat(q().status(run).inFlight()).isZero();
    assertThat(q().deadLetters(run)).isEmpty();
    assertThat(q().ledger().results(run.id(), ResultBatch.START, 9, SOON).ended()).isTrue();
  }

  @Test
  default void a_heartbeat_tells_which_leased_runs_are_cancelled() throws Exception {
    RunSpec cancelled = q().submitted(Specs.single("cancelled"), "x");
    Lease one = q().leaseOne();
    RunSpec other = q().submitted(Specs.single("other"), "x");
    Lease two = q().leaseOne();
    q().ledger().cancel(cancelled.id());

    Set<Long> numbers = Set.of(one.token().lease(), two.token().lease());
    Heartbeat.Renewal renewal = q().queue.renew(new Heartbeat("w", Set.of("A"), 2, numbers, LONG));

    assertThat(renewal.cancelled()).containsExactly(cancelled.id());
    assertThat(renewal.lost()).isEmpty();
    q().finish(two);
    q().isFinished(other, 1, 0);
  }

  @Test
  default void cancelling_a_finished_run_changes_nothing() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    q().finishAll();

    q().ledger().cancel(run.id());

    q().isFinished(run, 1, 0);
  }

  @Test
  default void who_waits_for_a_cancelled_runs_execution_goes_on() throws Exception {
    RunSpec one = q().open(Specs.single("one"));
    RunSpec two = q().open(Specs.single("two"));
    q().submit(one, List.of(Specs.shared(one, "x", "shared")));
    Lease lease = q().leaseOne();
    q().submit(two, List.of(Specs.shared(two, "x", "shared")));
    q().nothingToLease();

    q().ledger().cancel(one.id());
    q().handBack(lease);

    assertThat(q().leaseOne().task().id().run()).isEqualTo(two.id());
  }

  @Test
  default void a_cancelled_run_frees_the_room_that_it_took() throws Exception {
    RunSpec full = q().open(Specs.single("full").maxDepth(5));
    q().submit(full, IntakeContract.items(full, 5));
    RunSpec next = q().open(Specs.single("next").maxDepth(5));
    Future<Integer> producer =
        q().start(() -> {
          q().queue.enqueue(next.id(), "s", 0, IntakeContract.items(next, 1), LONG);
          return 0;
        });
    stillWaits(producer);

    q().ledger().cancel(full.id());
    q().leaseUpTo(1);

    soon(producer);
    assertThat(q().status(full).cancelled()).isEqualTo(5);
  }

  @Test
  default void a_paused_run_rests_until_it_is_resumed() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x", "y");
    Lease lease = q().leaseOne();
    q().ledger().pause(run.id());

    assertThat(q().status(run).state()).isEqualTo(State.PAUSED);
    q().nothingToLease();
    assertThat(q().finish(lease)).isInstanceOf(Settled.Booked.class);
    WorkQueue worker = q().another();
    Future<List<Lease>> waiting =
        q().start(() -> worker.lease(request(1, LONG, Duration.ofMinutes(1))));
    stillWaits(waiting);

    q().another().ledger().resume(run.id());

    assertThat(soon(waiting)).hasSize(1);
    assertThat(q().status(run).state()).isEqualTo(State.RUNNING);
  }

  @Test
  default void a_paused_run_holds_no_other_back() throws Exception {
    RunSpec paused = q().submitted(Specs.single("paused"), "x");
    q().ledger().pause(paused.id());
    q().submitted(Specs.single("other"), "y");

    assertThat(q().leaseUpTo(9)).extracting(l -> l.task().id().item()).containsExactly("y");
  }

  @Test
  @WaitsLong
  default void I15_a_finished_run_is_forgotten_after_its_retention() throws Exception {
    Duration retention = Duration.ofSeconds(2);
    RunLimits limits = Specs.limits(100, 100, Duration.ofSeconds(1), retention);
    RunSpec run = q().submitted(Specs.single("r").limits(limits), "x");
    RunSpec other = q().submitted(Specs.single("other"), "y");
    q().finishAll();
    assertThat(q().ledger().runs()).containsExactly(run.id(), other.id());

    q().elapse(retention.plusMillis(1_100));

    assertThat(q().ledger().find(run.id())).isEmpty();
    assertThat(q().ledger().runs()).containsExactly(other.id());
  }

  @Test
  @WaitsLong
  default void I15_T10_a_hundred_runs_leave_no_more_behind_than_one() throws Exception {
    assumeThat(keyCount()).as("keys on a server").isPresent();
    Duration brief = Duration.ofSeconds(1);
    executeAndForget("first", brief);
    long afterOne = keyCount().orElseThrow();
    for (int i = 0; i < 99; i++) {
      RunSpec run =
          q().submitted(
                  Specs.chain("run-" + i).limits(Specs.limits(99, 99, brief, brief)), "x", "y");
      assertThat(q().finishAll()).as("ends").hasSize(2 * run.lanes().size());
    }
    executeAndForget("last", brief);

    assertThat(keyCount().orElseThrow()).isLessThanOrEqualTo(afterOne);
  }

  private void executeAndForget(String name, Duration brief) throws InterruptedException {
    q().submitted(Specs.chain(name).limits(Specs.limits(99, 99, brief, brief)), "x", "y");
    q().finishAll();
    q().elapse(brief.multipliedBy(3));
    q().nothingToLease();
    q().elapse(brief.multipliedBy(3));
  }

  @Test
  default void T16_ids_of_any_characters_give_complete_results() throws Exception {
    List<String> odd =
        List.of(
            ":",
            "{}",
            "a:b",
            "{r}",
            "a b",
            "jürgen",
            "*?[x]",
            "\"quoted\"",
            "日本",
            "0-0",
            "x".repeat(1_024));
    List<RunSpec> runs = new ArrayList<>();
    for (String id : odd) {
      RunSpec run = q().open(Specs.fork(id));
      q().submit(run, odd.toArray(String[]::new));
      q().queue.closeInput(run.id());
      runs.add(run);
    }
    q().finishAll();

    for (RunSpec run : runs) {
      q().isFinished(run, odd.size(), 0);
      assertThat(q().results(run)).extracting(Result::run).containsOnly(run.id());
      assertThat(q().results(run))
          .extracting(r -> r.node() + r.item())
          .containsExactlyInAnyOrderElementsOf(
              odd.stream().flatMap(item -> List.of("b" + item, "c" + item).stream()).toList());
    }
    assertThat(q().ledger().runs())
        .containsExactlyElementsOf(runs.stream().map(RunSpec::id).toList());
  }

  @Test
  default void T16_nodes_of_any_characters_are_nodes() throws Exception {
    RunSpec run = q().submitted(Specs.single("r").node("a:b {} ü", "a").node(":", "a:b {} ü"), "x");

    q().finishAll();

    q().isFinished(run, 1, 0);
    assertThat(q().results(run)).extracting(Result::node).containsExactly(":");
  }

  @Test
  default void T16_runs_p1_and_p10_never_mix() throws Exception {
    RunSpec p1 = q().submitted(Specs.single("p1"), "1", "11");
    RunSpec p10 = q().submitted(Specs.single("p10"), "0", "1");
    for (Lease lease : q().leaseUpTo(9)) {
      if (lease.task().id().item().equals("1")) {
        q().bury(lease, "dead in " + lease.task().id().run());
      } else {
        q().finish(lease);
      }
    }

    assertThat(q().results(p1)).extracting(Result::item).containsExactly("11");
    assertThat(q().results(p10)).extracting(Result::item).containsExactly("0");
    assertThat(q().deadLetters(p1).getFirst().errors().getFirst().message())
        .isEqualTo("dead in p1");
    assertThat(q().deadLetters(p10).getFirst().errors().getFirst().message())
        .isEqualTo("dead in p10");
    q().isFinished(p1, 1, 1);
    q().isFinished(p10, 1, 1);
  }

  @Test
  default void after_close_every_call_says_that_the_queue_is_closed() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    WorkQueue closed = q().another();
    Lease lease = closed.lease(request(1, LONG, SOON)).getFirst();
    Completion completion = q().completion(lease, "late");
    closed.close();
    closed.close();

    List<Callable<?>> calls =
        List.of(
            () -> closed.lease(request(1, LONG, Duration.ZERO)),
            () -> closed.complete(completion),
            () -> closed.nack(lease, "no"),
            () -> closed.dequeue(),
            () -> closed.enqueue(lease.task()),
            () -> closed.renew(new Heartbeat("w", Set.of(), 1, Set.of(), LONG)),
            () -> closed.ledger().status(run.id()),
            () -> closed.ledger().runs());
    for (Callable<?> call : calls) {
      assertThatThrownBy(call::call).isInstanceOf(QueueClosedException.class);
    }
    assertThat(q().finish(q().leaseOne())).isInstanceOf(Settled.Booked.class);
    assertThat(q().queue.complete(completion)).isInstanceOf(Settled.Booked.class);
    q().isFinished(run, 2, 0);
  }

  @Test
  default void close_ends_the_waiting_of_all_threads() throws Exception {
    RunSpec run = q().open(Specs.single("r").maxDepth(1));
    q().submit(run, "x");
    q().leaseOne();
    WorkQueue closed = q().another();
    Duration minute = Duration.ofMinutes(1);
    List<Future<?>> waiting =
        List.of(
            q().start(() -> closed.lease(request(1, LONG, minute))),
            q().start(closed::dequeue),
            q().start(() -> closed.ledger().results(run.id(), ResultBatch.START, 1, minute)),
            q().start(() -> {
              List<Submission> more = IntakeContract.items(run, 1);
              closed.enqueue(run.id(), "s", 0, more, minute);
              return 0;
            }));
    for (Future<?> each : waiting) {
      stillWaits(each);
    }

    closed.close();

    for (Future<?> each : waiting) {
      assertThatThrownBy(() -> soon(each))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(QueueClosedException.class);
    }
  }

  @Test
  default void a_cancelled_run_cancels_what_comes_later_and_replays_nothing() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, "x", "y");
    q().bury(q().leaseOne(), "no");
    q().ledger().cancel(run.id());

    q().submit(run, "z");

    assertThat(q().status(run).submitted()).isEqualTo(3);
    assertThat(q().status(run).cancelled()).isEqualTo(2);
    assertThat(q().status(run).inFlight()).isZero();
    assertThat(q().ledger().replay(run.id(), List.of("x"))).isZero();
    q().nothingToLease();
  }

  @Test
  default void a_cancelled_run_answers_nothing_that_comes_later() throws Exception {
    RunSpec before = q().open(Specs.single("before"));
    q().submit(before, Specs.answerable(before, 1, "scope"));
    q().finishAll();
    RunSpec run = q().open(Specs.single("r"));
    q().ledger().cancel(run.id());

    q().submit(run, Specs.answerable(run, 1, "scope"));

    assertThat(q().status(run).cancelled()).isEqualTo(1);
    assertThat(q().status(run).done()).isZero();
    assertThat(q().results(run)).isEmpty();
  }

  @Test
  default void a_cancelled_run_cancels_all_that_wait_behind_one_key() throws Exception {
    int items = 1_500;
    RunSpec run = q().open(Specs.single("r"));
    for (int from = 0; from < items; from += 500) {
      List<Submission> same = new ArrayList<>();
      for (int i = from; i < from + 500; i++) {
        Submission shared = Specs.shared(run, "x", "scope");
        Task task = shared.first().getFirst();
        TaskId id = new TaskId(run.id(), "item " + i, "a");
        same.add(
            new Submission(
                "item " + i,
                shared.input(),
                List.of(new Task(id, task.service(), task.key(), task.input())),
                List.of()));
      }
      q().submit(run, same);
    }
    Lease only = q().leaseOne();
    q().nothingToLease();

    q().ledger().cancel(run.id());
    q().finish(only);

    assertThat(q().status(run).inFlight()).isZero();
    assertThat(q().status(run).finished()).isPresent();
  }

  @Test
  default void a_dead_item_is_not_cancelled_as_well() throws Exception {
    RunSpec run = q().open(Specs.single("r").node("b").node("c", "a").wide());
    q().submit(run, "x");
    q().bury(q().leaseOne(), "no");

    q().ledger().cancel(run.id());

    RunStatus status = q().status(run);
    assertThat(status.dead()).isEqualTo(1);
    assertThat(status.cancelled()).isZero();
    assertThat(status.inFlight()).isZero();
  }
}
