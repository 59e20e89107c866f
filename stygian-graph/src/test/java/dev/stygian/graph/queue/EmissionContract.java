package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Items that executions find: each once in a run, and no run ends before they do. */
interface EmissionContract extends Contract {

  @Test
  default void an_emitted_item_is_an_item_of_its_run() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "start");
    Lease start = q().leaseOne();

    assertThat(emit(start, run, 0, "x", "y")).hasValue(new Emitted(2, 0, 0));
    q().finish(start);

    RunStatus status = q().status(run);
    assertThat(status.submitted()).isEqualTo(1);
    assertThat(status.emitted()).isEqualTo(new Emitted(2, 0, 0));
    assertThat(status.inFlight()).isEqualTo(2);
    assertThat(status.state()).isEqualTo(RunStatus.State.RUNNING);
    assertThat(q().finishAll())
        .extracting(lease -> lease.task().id().item())
        .containsExactlyInAnyOrder("x", "y");
    assertThat(q().status(run).done()).isEqualTo(3);
    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.FINISHED);
  }

  @Test
  default void an_item_may_end_without_a_result() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "start");
    Lease start = q().leaseOne();

    Progress passed = new Progress(List.of("a"), List.of(), List.of());
    assertThat(q().queue.complete(new Completion(start, passed))).isEqualTo(new Settled.Booked());

    assertThat(q().status(run).done()).isEqualTo(1);
    assertThat(q().counts(run, "a").done()).isEqualTo(1);
    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.FINISHED);
    assertThat(q().status(run).undeliveredResults()).isZero();
  }

  @Test
  default void what_a_run_has_had_is_a_duplicate() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "start");
    Lease start = q().leaseOne();
    emit(start, run, 0, "x", "y", "x");
    Lease x = q().leaseOne();
    q().finish(x);

    assertThat(emit(start, run, 0, "x", "z")).hasValue(new Emitted(1, 1, 0));

    assertThat(q().status(run).emitted()).isEqualTo(new Emitted(3, 2, 0));
    RunSpec other = q().submitted(Specs.single("other"), "start");
    Lease otherStart = q().leaseOf(other);
    assertThat(emit(otherStart, other, 0, "x")).as("of another run").hasValue(new Emitted(1, 0, 0));
  }

  @Test
  default void a_late_worker_emits_nothing() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "start");
    Lease late = q().leaseOne(QueueFixture.SHORT);
    q().elapse(QueueFixture.SHORT);
    Lease current = q().leaseOne();

    assertThat(emit(late, run, 0, "x")).isEmpty();
    assertThat(emit(current, run, 0, "x")).hasValue(new Emitted(1, 0, 0));
    q().finish(current);
    assertThat(emit(current, run, 0, "y")).isEmpty();
    assertThat(q().status(run).emitted().accepted()).isEqualTo(1);
  }

  @Test
  default void a_limit_is_exact_whoever_emits() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "a", "b", "c", "d");
    List<Future<Optional<Emitted>>> emitting = new ArrayList<>();
    List<Lease> leases = q().leaseUpTo(4);
    for (Lease lease : leases) {
      WorkQueue another = q().another();
      String from = lease.task().id().item();
      List<Emission> many = IntStream.range(0, 150).mapToObj(i -> emission(run, from + i)).toList();
      emitting.add(q().start(() -> another.emit(lease, many, 250)));
    }

    Emitted all = Emitted.NONE;
    for (Future<Optional<Emitted>> each : emitting) {
      all = all.plus(QueueFixture.soon(each).orElseThrow());
    }

    assertThat(all).isEqualTo(new Emitted(250, 0, 350));
    assertThat(q().status(run).emitted()).isEqualTo(all);
    for (Lease lease : leases) {
      q().finish(lease);
    }
    assertThat(q().finishAll()).hasSize(250);
    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.FINISHED);
  }

  @Test
  default void a_cancelled_run_takes_no_more_items() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "start");
    Lease start = q().leaseOne();
    emit(start, run, 0, "x");
    q().ledger().cancel(run.id());

    assertThat(emit(start, run, 0, "y")).hasValue(Emitted.NONE);

    q().finish(start);
    RunStatus status = q().status(run);
    assertThat(status.cancelled()).isEqualTo(2);
    assertThat(status.finished()).isPresent();
  }

  @Test
  default void an_emitted_item_may_begin_anywhere_and_visit_a_host() throws Exception {
    RunSpec run = q().submitted(Specs.diamond("r"), "start");
    Lease start = q().leaseOne();
    HostLane host = new HostLane("a.example", Duration.ZERO, 1);
    List<Task> two =
        Stream.of("b", "c")
            .map(node -> Specs.task(run, "x", node, run.id().value()).in(host))
            .toList();
    q().queue.emit(start, List.of(new Emission("x", Specs.text("x"), two)), 0);
    q().bury(start, "it is over");

    Lease first = q().leaseOne();
    q().nothingToLease();
    q().finish(first);
    q().finish(q().leaseOne());
    q().finish(q().leaseOne());

    assertThat(q().status(run).done()).isEqualTo(1);
    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.FINISHED);
  }

  @Test
  default void many_items_are_each_known() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "start");
    Lease start = q().leaseOne();
    List<Emission> many = IntStream.range(0, 3_000).mapToObj(i -> emission(run, "i" + i)).toList();

    assertThat(q().queue.emit(start, many, 0)).hasValue(new Emitted(3_000, 0, 0));
    assertThat(q().queue.emit(start, many, 0)).hasValue(new Emitted(0, 3_000, 0));
  }

  private Optional<Emitted> emit(Lease lease, RunSpec run, long limit, String... items)
      throws InterruptedException {
    return q().queue.emit(lease, Stream.of(items).map(item -> emission(run, item)).toList(), limit);
  }

  private static Emission emission(RunSpec run, String item) {
    Submission submission = Specs.item(run, item);
    return new Emission(item, submission.input(), submission.first());
  }
}
