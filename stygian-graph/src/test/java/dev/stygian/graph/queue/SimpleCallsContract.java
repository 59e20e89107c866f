package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.soon;
import static dev.stygian.graph.queue.QueueFixture.stillWaits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.RunStatus.State;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The simple calls: enqueue, dequeue, ack and nack of single tasks. */
interface SimpleCallsContract extends Contract {

  @Test
  default void a_task_goes_through_the_simple_calls() throws Exception {
    Task task = task("x");

    assertThat(q().queue.enqueue(task)).isEqualTo(task.id());

    Lease lease = q().queue.dequeue().orElseThrow();
    assertThat(lease.task()).isEqualTo(task);
    assertThat(lease.attempt()).isEqualTo(1);
    assertThat(q().queue.ack(lease, Specs.text("worked"))).isInstanceOf(Settled.Booked.class);
    RunSpec run = q().ledger().find(task.id().run()).orElseThrow();
    assertThat(q().results(run)).extracting(Result::item).containsExactly("x");
    assertThat(q().outputs(run)).containsExactly("worked");
    assertThat(q().status(run).done()).isEqualTo(1);
  }

  @Test
  default void enqueue_opens_a_run_of_one_lane() throws Exception {
    Task task = task("x");
    q().queue.enqueue(task);
    q().another().enqueue(task("y"));

    RunSpec run = q().ledger().find(task.id().run()).orElseThrow();
    assertThat(run.lanes()).containsExactly(new LaneSpec("a", "A", 0, List.of(), 3));
    assertThat(run.endsPerItem()).isEqualTo(1);
    assertThat(run.limits()).isEqualTo(RunLimits.defaults());
    assertThat(q().status(run).submitted()).isEqualTo(2);
    assertThat(q().status(run).state()).isEqualTo(State.RUNNING);
  }

  @Test
  default void enqueue_puts_a_task_into_a_run_that_is_open() throws Exception {
    RunSpec run = q().open(Specs.chain("simple"));

    q().queue.enqueue(task("x"));

    assertThat(q().ledger().find(run.id())).contains(run);
    assertThat(q().finishAll()).hasSize(2);
  }

  @Test
  default void a_nacked_task_goes_to_another_worker_at_once_until_it_is_dead() throws Exception {
    Task task = task("x");
    q().queue.enqueue(task);
    WorkQueue other = q().another();

    assertThat(q().queue.nack(q().queue.dequeue().orElseThrow(), "one"))
        .isInstanceOf(Settled.Booked.class);
    Lease second = other.dequeue().orElseThrow();
    assertThat(second.attempt()).isEqualTo(2);
    other.nack(second, "two");
    assertThat(q().queue.nack(q().queue.dequeue().orElseThrow(), "three"))
        .isInstanceOf(Settled.Buried.class);

    RunSpec run = q().ledger().find(task.id().run()).orElseThrow();
    assertThat(q().deadLetters(run).getFirst().errors())
        .extracting(DeadLetter.AttemptError::message)
        .containsExactly("one", "two", "three");
  }

  @Test
  default void dequeue_blocks_until_there_is_a_task() throws Exception {
    WorkQueue worker = q().another();
    Future<Optional<Lease>> waiting = q().start(worker::dequeue);
    stillWaits(waiting);

    q().queue.enqueue(task("x"));

    assertThat(soon(waiting)).isPresent();
  }

  @Test
  default void dequeue_is_empty_when_the_queue_is_sealed_and_nothing_is_left() throws Exception {
    q().queue.enqueue(task("x"));
    q().queue.enqueue(task("y"));
    q().queue.seal();
    Lease x = q().queue.dequeue().orElseThrow();
    Lease y = q().queue.dequeue().orElseThrow();
    Future<Optional<Lease>> waiting = q().start(q().queue::dequeue);
    stillWaits(waiting);

    q().queue.ack(x, Specs.text("worked"));
    stillWaits(waiting);
    q().queue.ack(y, Specs.text("worked"));

    assertThat(soon(waiting)).isEmpty();
    assertThat(q().queue.dequeue()).isEmpty();
  }

  @Test
  default void a_dequeue_that_waits_ends_when_the_empty_queue_is_sealed() throws Exception {
    Future<Optional<Lease>> waiting = q().start(q().queue::dequeue);
    stillWaits(waiting);

    q().queue.seal();

    assertThat(soon(waiting)).isEmpty();
  }

  private static Task task(String item) {
    return Specs.task(Specs.single("simple").build(), item, "a", "simple");
  }

  @Test
  default void ack_without_an_output_leaves_no_result_that_somebody_has_to_take() throws Exception {
    Task task = task("x");
    q().queue.enqueue(task);

    assertThat(q().queue.ack(q().queue.dequeue().orElseThrow())).isInstanceOf(Settled.Booked.class);

    RunSpec run = q().ledger().find(task.id().run()).orElseThrow();
    assertThat(q().status(run).done()).isEqualTo(1);
    assertThat(q().status(run).undeliveredResults()).isZero();
    assertThat(q().results(run)).isEmpty();
  }
}
