package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.LONG;
import static dev.stygian.graph.queue.QueueFixture.SOON;
import static dev.stygian.graph.queue.QueueFixture.soon;
import static dev.stygian.graph.queue.QueueFixture.stillWaits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.error.QueueFullException;
import dev.stygian.graph.error.RunUnknownException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Items into a run: exactly once, and only as many as there is room for. */
interface IntakeContract extends Contract {

  @Test
  default void a_second_opening_changes_nothing() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x");

    q().another().open(Specs.single("r").build());

    assertThat(q().ledger().find(run.id())).contains(run);
    assertThat(q().status(run).submitted()).isEqualTo(1);
    assertThat(q().ledger().runs()).containsExactly(run.id());
  }

  @Test
  default void a_run_that_was_never_opened_is_told() {
    RunSpec run = Specs.single("nowhere").build();
    List<Submission> batch = List.of(Specs.item(run, "x"));

    assertThat(q().ledger().find(run.id())).isEmpty();
    assertThatThrownBy(() -> q().queue.enqueue(run.id(), "s", 0, batch, SOON))
        .isInstanceOf(RunUnknownException.class)
        .hasMessageContaining("nowhere");
    assertThatThrownBy(() -> q().queue.closeInput(run.id()))
        .isInstanceOf(RunUnknownException.class);
    assertThatThrownBy(() -> q().status(run)).isInstanceOf(RunUnknownException.class);
    assertThatThrownBy(() -> q().results(run)).isInstanceOf(RunUnknownException.class);
    assertThatThrownBy(() -> q().ledger().cancel(run.id())).isInstanceOf(RunUnknownException.class);
  }

  @Test
  default void I1_an_accepted_task_is_in_exactly_one_state() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "w", "x", "y", "z");
    assertThat(states(run)).containsExactly(4L, 0L, 0L, 0L, 0L);

    Lease first = q().leaseOne();
    Lease second = q().leaseOne();
    Lease third = q().leaseOne();
    assertThat(states(run)).containsExactly(1L, 0L, 3L, 0L, 0L);

    q().finish(first);
    q().fail(second, "later", Duration.ofHours(1));
    q().bury(third, "never");
    assertThat(states(run)).containsExactly(1L, 1L, 0L, 1L, 1L);
  }

  private List<Long> states(RunSpec run) {
    RunStatus.NodeCounts a = q().counts(run, "a");
    return List.of(a.waiting(), a.delayed(), a.leased(), a.done(), a.dead());
  }

  @Test
  default void a_batch_that_is_put_in_again_is_passed_over() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    List<Submission> batch = items(run, 3);

    q().queue.enqueue(run.id(), "s", 0, batch, SOON);
    q().queue.enqueue(run.id(), "s", 0, batch, SOON);
    q().another().enqueue(run.id(), "s", 1, batch.subList(1, 3), SOON);

    assertThat(q().ledger().accepted(run.id(), "s")).isEqualTo(3);
    assertThat(q().status(run).submitted()).isEqualTo(3);
    assertThat(q().leaseUpTo(10))
        .extracting(l -> l.task().id().item())
        .containsExactly("item-0", "item-1", "item-2");
  }

  @Test
  default void a_batch_that_overlaps_what_was_accepted_goes_on_where_that_ends() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    List<Submission> batch = items(run, 5);
    q().queue.enqueue(run.id(), "s", 0, batch.subList(0, 3), SOON);

    q().queue.enqueue(run.id(), "s", 1, batch.subList(1, 5), SOON);

    assertThat(q().ledger().accepted(run.id(), "s")).isEqualTo(5);
    assertThat(q().leaseUpTo(10))
        .extracting(l -> l.task().id().item())
        .containsExactly("item-0", "item-1", "item-2", "item-3", "item-4");
  }

  @Test
  default void a_position_beyond_what_was_accepted_is_refused() throws Exception {
    RunSpec run = q().open(Specs.single("r"));

    assertThatThrownBy(() -> q().queue.enqueue(run.id(), "s", 1, items(run, 1), SOON))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(q().status(run).submitted()).isZero();
  }

  @Test
  default void submitters_are_counted_apart() throws Exception {
    RunSpec run = q().open(Specs.single("r"));

    q().queue.enqueue(run.id(), "s", 0, items(run, 2), SOON);
    q().queue.enqueue(run.id(), "t:{}", 0, List.of(Specs.item(run, "other")), SOON);

    assertThat(q().ledger().accepted(run.id(), "s")).isEqualTo(2);
    assertThat(q().ledger().accepted(run.id(), "t:{}")).isEqualTo(1);
    assertThat(q().ledger().accepted(run.id(), "nobody")).isZero();
    assertThat(q().status(run).submitted()).isEqualTo(3);
  }

  @Test
  default void the_same_batch_from_many_threads_is_accepted_once() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    List<Submission> batch = items(run, 50);
    List<Future<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      WorkQueue queue = q().another();
      all.add(
          q().start(() -> {
            queue.enqueue(run.id(), "s", 0, batch, SOON);
            return 0;
          }));
    }
    for (Future<Integer> each : all) {
      soon(each);
    }

    assertThat(q().status(run).submitted()).isEqualTo(50);
    assertThat(q().leaseUpTo(100)).hasSize(50);
  }

  @Test
  default void I7_T11_a_full_queue_blocks_the_producer_until_there_is_room() throws Exception {
    RunSpec run = q().open(Specs.single("r").maxDepth(100));
    q().queue.enqueue(run.id(), "s", 0, items(run, 100), SOON);
    WorkQueue producer = q().another();

    Future<Integer> blocked =
        q().start(() -> {
          producer.enqueue(run.id(), "t", 0, List.of(Specs.item(run, "late")), LONG);
          return 0;
        });
    stillWaits(blocked);
    assertThat(q().status(run).submitted()).isEqualTo(100);

    q().finish(q().leaseOne());
    soon(blocked);
    assertThat(q().status(run).submitted()).isEqualTo(101);
  }

  @Test
  default void I7_T11_patience_ends_with_a_message_and_what_was_accepted_stays() throws Exception {
    RunSpec run = q().open(Specs.single("r").maxDepth(3));
    List<Submission> batch = items(run, 5);

    assertThatThrownBy(() -> q().queue.enqueue(run.id(), "s", 0, batch, Duration.ofMillis(20)))
        .isInstanceOf(QueueFullException.class);
    assertThat(q().ledger().accepted(run.id(), "s")).isEqualTo(3);

    assertThat(q().finishAll()).hasSize(3);
    q().queue.enqueue(run.id(), "s", 0, batch, SOON);
    assertThat(q().finishAll())
        .extracting(l -> l.task().id().item())
        .containsExactly("item-3", "item-4");
  }

  @Test
  default void I7_T11_a_blocked_producer_can_be_interrupted() throws Exception {
    RunSpec run = q().open(Specs.single("r").maxDepth(1));
    q().submit(run, "x");
    AtomicReference<Throwable> ending = new AtomicReference<>();
    Thread producer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                q().queue.enqueue(run.id(), "s", 0, items(run, 1), Duration.ofHours(1));
              } catch (InterruptedException | RuntimeException e) {
                ending.set(e);
              }
            });

    producer.interrupt();

    assertThat(producer.join(SOON)).isTrue();
    assertThat(ending.get()).isInstanceOf(InterruptedException.class);
    assertThat(q().ledger().accepted(run.id(), "s")).isZero();
  }

  @Test
  default void I7_the_depth_is_that_of_the_whole_queue() throws Exception {
    RunSpec large = q().open(Specs.single("large"));
    q().submit(large, items(large, 5));
    RunSpec small = q().open(Specs.single("small").maxDepth(5));

    assertThatThrownBy(
            () -> q().queue.enqueue(small.id(), "s", 0, items(small, 1), Duration.ofMillis(20)))
        .isInstanceOf(QueueFullException.class);
  }

  @Test
  default void I7_a_delayed_and_a_leased_task_take_room() throws Exception {
    RunSpec run = q().open(Specs.single("r").maxDepth(2));
    q().submit(run, "x", "y");
    q().fail(q().leaseOne(), "later", Duration.ofHours(1));
    q().leaseOne();

    assertThatThrownBy(
            () -> q().queue.enqueue(run.id(), "s", 0, items(run, 1), Duration.ofMillis(20)))
        .isInstanceOf(QueueFullException.class);
  }

  @Test
  default void I7_what_workers_release_never_blocks() throws Exception {
    RunSpec run = q().submitted(Specs.fork("r").maxDepth(1), "x");

    assertThat(q().finish(q().leaseOne())).isInstanceOf(Settled.Booked.class);

    assertThat(q().leaseUpTo(10)).hasSize(2);
    assertThat(q().status(run).nodes())
        .extracting(RunStatus.NodeCounts::leased)
        .containsExactly(0L, 1L, 1L);
  }

  @Test
  default void an_item_whose_last_results_are_stored_is_done_at_submission() throws Exception {
    RunSpec first = q().open(Specs.fork("first"));
    q().submit(first, List.of(Specs.shared(first, "x", "shared")));
    executeFork(first, 2);
    RunSpec second = q().open(Specs.fork("second"));

    q().submit(
            second,
            List.of(
                Specs.answerable(second, "x", "shared"), Specs.answerable(second, "y", "shared")));
    q().queue.closeInput(second.id());

    RunStatus status = q().status(second);
    assertThat(status.submitted()).isEqualTo(2);
    assertThat(status.done()).isEqualTo(1);
    assertThat(status.inFlight()).isEqualTo(1);
    assertThat(q().results(second)).extracting(Result::node).containsExactly("b", "c");
    assertThat(q().results(second)).extracting(Result::attempts).containsExactly(2, 2);
    assertThat(q().results(second)).extracting(Result::item).containsOnly("x");
    assertThat(q().outputs(second)).containsExactly("x after b", "x after c");
    assertThat(q().leaseUpTo(10)).extracting(l -> l.task().id().item()).containsExactly("y");
  }

  @Test
  default void a_run_of_answered_items_is_finished_when_its_input_closes() throws Exception {
    RunSpec first = q().open(Specs.single("first"));
    q().submit(first, List.of(Specs.shared(first, "x", "shared")));
    q().finishAll();
    RunSpec second = q().open(Specs.single("second"));

    q().submit(second, List.of(Specs.answerable(second, "x", "shared")));
    assertThat(q().status(second).state()).isEqualTo(RunStatus.State.RUNNING);
    q().queue.closeInput(second.id());

    q().isFinished(second, 1, 0);
  }

  @Test
  default void an_item_of_which_only_one_last_result_is_stored_is_executed() throws Exception {
    RunSpec first = q().open(Specs.fork("first"));
    q().submit(first, List.of(Specs.shared(first, "x", "shared")));
    executeFork(first, 1);
    RunSpec second = q().open(Specs.fork("second"));

    q().submit(second, List.of(Specs.answerable(second, "x", "shared")));

    assertThat(q().status(second).inFlight()).isEqualTo(1);
    assertThat(q().results(second)).isEmpty();
  }

  @Test
  default void an_item_without_last_keys_never_looks_for_stored_results() throws Exception {
    RunSpec first = q().open(Specs.single("first"));
    q().submit(first, List.of(Specs.shared(first, "x", "shared")));
    q().finishAll();
    RunSpec second = q().open(Specs.single("second"));

    q().submit(second, List.of(Specs.shared(second, "x", "shared")));

    assertThat(q().status(second).inFlight()).isEqualTo(1);
  }

  /** Executes the first node and so many of the last ones of a fork, each at the second attempt. */
  private void executeFork(RunSpec run, int lastNodes) throws InterruptedException {
    Lease a = q().leaseOne();
    NodeResult result = QueueFixture.result(run, a.task(), "x after a", 1);
    List<Release> releases =
        List.of(
            new Release(Specs.task(run, "x", "b", "shared"), 1),
            new Release(Specs.task(run, "x", "c", "shared"), 1));
    q().queue.complete(new Completion(a, List.of(result), releases));
    for (String service : List.of("B", "C").subList(0, lastNodes)) {
      q().fail(q().leaseOne(service), "again", Duration.ZERO);
      q().finish(q().leaseOne(service));
    }
  }

  @Test
  default void T13_tasks_put_in_one_by_one_reach_idle_workers() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    List<Future<Integer>> workers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      WorkQueue worker = q().another();
      workers.add(
          q().start(() -> {
            while (q().status(run).done() < 1_000) {
              Duration patience = Duration.ofMillis(300);
              for (Lease lease :
                  worker.lease(QueueFixture.request(4, QueueFixture.LONG, patience))) {
                q().finish(worker, lease);
              }
            }
            return 0;
          }));
    }
    for (int i = 0; i < 1_000; i++) {
      q().submit(run, "item-" + i);
    }
    q().queue.closeInput(run.id());
    for (Future<Integer> worker : workers) {
      soon(worker);
    }

    await().atMost(SOON).untilAsserted(() -> q().isFinished(run, 1_000, 0));
    assertThat(q().results(run)).extracting(Result::item).doesNotHaveDuplicates().hasSize(1_000);
  }

  /** Items named by their position. */
  static List<Submission> items(RunSpec run, int count) {
    return IntStream.range(0, count).mapToObj(i -> Specs.item(run, "item-" + i)).toList();
  }

  @Test
  default void a_closed_run_passes_over_what_it_accepted_and_takes_nothing_new() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    List<Submission> again = List.of(Specs.item(run, "x"), Specs.item(run, "y"));
    q().queue.enqueue(run.id(), "test", 0, again, SOON);

    List<Submission> more = List.of(Specs.item(run, "z"));
    assertThatThrownBy(() -> q().queue.enqueue(run.id(), "test", 2, more, SOON))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("\"r\"")
        .hasMessageContaining("closed");
    assertThat(q().status(run).submitted()).isEqualTo(2);
  }

  @Test
  default void I7_an_item_with_more_tasks_than_the_maximum_depth_enters_an_empty_queue()
      throws Exception {
    Specs.RunBuilder roots = Specs.single("r").node("b").node("c").wide().maxDepth(2);
    RunSpec run = q().open(roots);

    q().submit(run, List.of(Specs.item(run, "x")));
    Future<?> second =
        q().start(() -> {
          q().queue.enqueue(run.id(), "test", 1, List.of(Specs.item(run, "y")), SOON);
          return true;
        });
    stillWaits(second);
    q().finishAll();
    soon(second);

    q().finishAll();
    q().queue.closeInput(run.id());
    q().isFinished(run, 2, 0);
  }
}
