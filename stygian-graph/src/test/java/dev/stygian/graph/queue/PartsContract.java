package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Items that an execution splits its item into: each once, whoever dies in the middle of it. The
 * run of these tests splits at {@code a}; {@code b} and {@code c} are executed for the parts.
 */
interface PartsContract extends Contract {

  private static Specs.RunBuilder splitting() {
    return Specs.single("r").splits(1).node("b").ends(2).node("c").ends(2).wide();
  }

  private Lease begun(RunSpec run) throws InterruptedException {
    return begun(run, QueueFixture.LONG);
  }

  private Lease begun(RunSpec run, Duration visibility) throws InterruptedException {
    Task first = Specs.task(run, "start", "a", run.id().value());
    Submission item = new Submission("start", Specs.text("start"), List.of(first), List.of());
    q().submit(run, List.of(item));
    q().queue.closeInput(run.id());
    return q().leaseOne(visibility);
  }

  private static List<Emission> parts(RunSpec run, int from, int to) {
    return IntStream.range(from, to).mapToObj(number -> part(run, "start/" + number)).toList();
  }

  private static Emission part(RunSpec run, String item) {
    List<Task> tasks = new ArrayList<>();
    for (String node : List.of("b", "c")) {
      tasks.add(Specs.task(run, item, node, run.id().value()));
    }
    return new Emission(item, Specs.text(item), tasks);
  }

  private void became(Lease lease) throws InterruptedException {
    Progress passed = new Progress(List.of(lease.task().id().node()), List.of(), List.of());
    assertThat(q().queue.complete(new Completion(lease, passed))).isEqualTo(new Settled.Booked());
  }

  private List<String> outputs(RunSpec run) throws InterruptedException {
    return q().results(run).stream().map(result -> Specs.textOf(result.output())).toList();
  }

  @Test
  default void parts_are_items_that_have_ends_of_their_own() throws Exception {
    RunSpec run = q().open(splitting());
    Lease start = begun(run);

    assertThat(q().queue.emitParts(start, parts(run, 0, 2), 0)).hasValue(new Emitted(2, 0, 0));
    became(start);

    assertThat(q().status(run).done()).isEqualTo(1);
    List<Lease> four = q().leaseUpTo(4);
    assertThat(four).hasSize(4);
    List<Lease> ofFirst =
        four.stream().filter(lease -> lease.task().id().item().equals("start/0")).toList();
    q().finish(ofFirst.getFirst());
    assertThat(q().results(run)).as("of a part with one of two ends").isEmpty();
    q().finish(ofFirst.getLast());
    assertThat(outputs(run)).containsExactlyInAnyOrder("start/0 after b", "start/0 after c");
    for (Lease lease : four) {
      if (!ofFirst.contains(lease)) {
        q().finish(lease);
      }
    }
    RunStatus status = q().status(run);
    assertThat(status.done()).isEqualTo(3);
    assertThat(status.state()).isEqualTo(RunStatus.State.FINISHED);
    assertThat(q().ledger().receipt(run.id()).discrepancies()).isEmpty();
  }

  @Test
  default void parts_that_a_dead_worker_emitted_are_passed_over() throws Exception {
    RunSpec run = q().open(splitting());
    Lease late = begun(run, QueueFixture.SHORT);
    assertThat(q().queue.emitParts(late, parts(run, 0, 3), 0)).hasValue(new Emitted(3, 0, 0));
    q().elapse(QueueFixture.SHORT);
    Lease current = q().leaseOne("A");

    assertThat(q().queue.emitParts(late, parts(run, 3, 5), 3)).as("late").isEmpty();
    assertThat(q().queue.emitParts(current, parts(run, 0, 2), 0)).hasValue(Emitted.NONE);
    assertThat(q().queue.emitParts(current, parts(run, 2, 5), 2)).hasValue(new Emitted(2, 0, 0));
    became(current);

    assertThat(q().status(run).emitted()).isEqualTo(new Emitted(5, 0, 0));
    assertThat(q().finishAll()).hasSize(10);
    assertThat(q().status(run).done()).isEqualTo(6);
    assertThat(q().results(run)).extracting(Result::item).hasSize(10);
    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.FINISHED);
  }

  @Test
  default void no_part_is_emitted_behind_one_that_is_missing() throws Exception {
    RunSpec run = q().open(splitting());
    Lease start = begun(run);
    q().queue.emitParts(start, parts(run, 0, 1), 0);

    assertThat(q().queue.emitParts(start, parts(run, 2, 3), 2)).isEmpty();

    assertThat(q().status(run).emitted().accepted()).isEqualTo(1);
  }

  @Test
  default void many_parts_are_emitted_in_batches() throws Exception {
    RunSpec run = q().open(splitting());
    Lease start = begun(run);

    assertThat(q().queue.emitParts(start, parts(run, 0, 350), 0)).hasValue(new Emitted(350, 0, 0));
    assertThat(q().queue.emitParts(start, parts(run, 250, 400), 250))
        .hasValue(new Emitted(50, 0, 0));

    assertThat(q().status(run).emitted()).isEqualTo(new Emitted(400, 0, 0));
  }

  @Test
  default void a_part_may_be_a_result_at_once() throws Exception {
    RunSpec run = q().open(Specs.single("r").splits(1));
    Lease start = begun(run);
    List<Emission> two = List.of(finished(run, "x"), finished(run, "y"));

    assertThat(q().queue.emitParts(start, two, 0)).hasValue(new Emitted(2, 0, 0));
    assertThat(q().queue.emitParts(start, two, 0)).hasValue(Emitted.NONE);
    became(start);

    assertThat(q().results(run)).extracting(Result::item).containsExactly("x", "y");
    assertThat(q().results(run)).extracting(Result::node).containsOnly("a");
    assertThat(outputs(run)).containsExactly("x", "y");
    RunStatus status = q().status(run);
    assertThat(status.done()).isEqualTo(3);
    assertThat(status.state()).isEqualTo(RunStatus.State.FINISHED);
    assertThat(q().ledger().receipt(run.id()).discrepancies()).isEmpty();
  }

  private static Emission finished(RunSpec run, String item) {
    NodeResult result =
        new NodeResult(
            "a", Specs.key(run.id().value(), "a", item), Specs.text(item), 1, true, false);
    return new Emission(item, Specs.text(item), List.of(), Optional.of(result));
  }

  @Test
  default void an_item_that_was_split_has_its_other_results() throws Exception {
    RunSpec run =
        q().submitted(
                Specs.single("r")
                    .ends(2)
                    .node("b", "a")
                    .ends(2)
                    .node("c", "a")
                    .ends(2)
                    .node("s", "a")
                    .splits(2)
                    .wide(),
                "x");
    q().finish(q().leaseOne());
    List<Lease> three = q().leaseUpTo(3);
    for (Lease lease : three) {
      if (!lease.task().id().node().equals("s")) {
        q().finish(lease);
      }
    }
    for (Lease lease : three) {
      if (lease.task().id().node().equals("s")) {
        became(lease);
      }
    }

    assertThat(outputs(run)).containsExactlyInAnyOrder("x after b", "x after c");
    assertThat(q().status(run).done()).isEqualTo(1);
    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.FINISHED);
  }

  @Test
  default void a_split_that_is_replayed_goes_on_where_it_died() throws Exception {
    RunSpec run = q().open(splitting());
    Lease start = begun(run);
    q().queue.emitParts(start, parts(run, 0, 3), 0);
    q().bury(start, "the rest cannot be read");
    assertThat(q().finishAll()).hasSize(6);
    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.FINISHED);

    assertThat(q().ledger().replay(run.id(), List.of("start"))).isEqualTo(1);
    Lease again = q().leaseOne();
    assertThat(q().queue.emitParts(again, parts(run, 0, 4), 0)).hasValue(new Emitted(1, 0, 0));
    became(again);

    assertThat(q().finishAll()).hasSize(2);
    assertThat(q().status(run).done()).isEqualTo(5);
    assertThat(q().status(run).dead()).isZero();
    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.FINISHED);
  }

  @Test
  default void a_cancelled_run_takes_no_more_parts() throws Exception {
    RunSpec run = q().open(splitting());
    Lease start = begun(run);
    q().queue.emitParts(start, parts(run, 0, 2), 0);
    q().ledger().cancel(run.id());

    assertThat(q().queue.emitParts(start, parts(run, 2, 4), 2)).hasValue(Emitted.NONE);

    became(start);
    assertThat(q().status(run).cancelled()).isEqualTo(3);
    assertThat(q().status(run).finished()).isPresent();
  }
}
