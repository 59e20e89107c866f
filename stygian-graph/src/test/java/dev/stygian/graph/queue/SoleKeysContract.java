package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.SHORT;
import static dev.stygian.graph.queue.QueueFixture.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The first run of a pipeline, none of whose items came in twice, has its keys to itself; a queue
 * may spare it what others need. Here somebody else comes while tasks of it are leased.
 */
interface SoleKeysContract extends Contract {

  @Test
  default void I5_a_run_that_begins_later_waits_for_what_is_leased_already() throws Exception {
    RunSpec one = shared("one", "x");
    Lease first = q().leaseOne();
    RunSpec two = shared("two", "x");

    waitsFor(first, two);
    assertThat(q().outputs(one)).isEqualTo(q().outputs(two));
  }

  @Test
  default void I5_a_run_that_another_process_opens_later_waits_too() throws Exception {
    shared("one", "x");
    Lease first = q().leaseOne();
    RunSpec two = Specs.single("two").build();
    WorkQueue another = q().another();
    another.open(two);
    another.enqueue(two.id(), "s", 0, List.of(Specs.shared(two, "x", "scope")), SOON);

    waitsFor(first, two);
  }

  @Test
  default void I5_an_item_that_comes_in_again_waits_for_its_first_execution() throws Exception {
    RunSpec run = shared("one", "x", "y");
    Lease first = q().leaseOne();
    q().submit(run, List.of(Specs.shared(run, "y", "scope"), Specs.shared(run, "x", "scope")));
    Lease y = q().leaseOne();
    assertThat(y.task().id().item()).isEqualTo("y");

    q().nothingToLease();
    q().finish(first, "the one output");
    assertThat(stored(q().leaseOne())).contains("the one output");
    q().finish(y, "the other output");
    assertThat(stored(q().leaseOne())).contains("the other output");
  }

  @Test
  default void I5_an_item_that_another_process_submits_again_waits() throws Exception {
    RunSpec run = shared("one", "x");
    Lease first = q().leaseOne();
    WorkQueue another = q().another();
    another.open(run);
    another.enqueue(run.id(), "other", 0, List.of(Specs.shared(run, "x", "scope")), SOON);

    waitsFor(first, run);
  }

  @Test
  default void I5_a_found_item_waits_for_the_execution_of_its_key() throws Exception {
    RunSpec run = shared("one", "x", "finder");
    Lease first = q().leaseOne();
    Lease finder = q().leaseOne();
    Submission again = Specs.shared(run, "x", "scope");
    q().queue.emit(finder, List.of(new Emission("found", again.input(), again.first())), 0);

    waitsFor(first, run);
  }

  @Test
  default void I5_who_waits_for_what_was_leased_before_goes_on_when_that_dies() throws Exception {
    RunSpec one = shared("one", "x");
    q().leaseOne(SHORT);
    RunSpec two = shared("two", "x");
    q().nothingToLease();

    q().elapse(SHORT);

    Lease next = q().leaseOne();
    q().nothingToLease();
    q().finish(next);
    assertThat(q().leaseOne().stored()).isPresent();
    assertThat(q().status(one).inFlight() + q().status(two).inFlight()).isEqualTo(1);
  }

  @Test
  default void I5_many_leases_of_before_are_all_known_to_who_comes_later() throws Exception {
    String[] items = IntStream.range(0, 60).mapToObj(i -> "item-" + i).toArray(String[]::new);
    RunSpec one = shared("one", items);
    List<Lease> before = new ArrayList<>();
    while (before.size() < 50) {
      before.addAll(q().leaseUpTo(5));
    }
    q().finish(before.getFirst());
    RunSpec two = shared("two", items);

    assertThat(q().leaseUpTo(100))
        .as("the ten of one that wait, and the one of two that is answered")
        .hasSize(11)
        .filteredOn(lease -> lease.stored().isPresent())
        .extracting(lease -> lease.task().id().run())
        .containsExactly(two.id());
    assertThat(q().status(one).done()).isEqualTo(1);
  }

  @Test
  default void I4_a_run_after_the_first_is_answered_by_what_that_stored() throws Exception {
    shared("one", "x");
    q().finish(q().leaseOne(), "kept");
    shared("two", "x");

    assertThat(stored(q().leaseOne())).contains("kept");
  }

  @Test
  default void I5_a_replayed_item_and_a_later_run_execute_its_key_once() throws Exception {
    RunSpec one = shared("one", "x");
    q().queue.closeInput(one.id());
    q().bury(q().leaseOne(), "no");
    q().isFinished(one, 0, 1);
    RunSpec two = shared("two", "x");
    q().ledger().replay(one.id(), List.of("x"));

    q().leaseOne();
    q().nothingToLease();
    assertThat(q().status(two).inFlight()).isEqualTo(1);
  }

  /** A run of one node with such items, whose keys are those of all such runs. */
  private RunSpec shared(String name, String... items) throws InterruptedException {
    RunSpec run = q().open(Specs.single(name));
    List<Submission> all =
        List.of(items).stream().map(item -> Specs.shared(run, item, "scope")).toList();
    q().queue.enqueue(run.id(), "s", 0, all, SOON);
    return run;
  }

  /** What comes second is handed out once the first lease has ended, with its result. */
  private void waitsFor(Lease first, RunSpec second) throws InterruptedException {
    q().nothingToLease();
    q().finish(first, "the one output");
    Lease next = q().leaseOne();
    assertThat(next.task().id().run()).isEqualTo(second.id());
    assertThat(stored(next)).contains("the one output");
    q().finish(next, "the one output");
  }

  private static Optional<String> stored(Lease lease) {
    return lease.stored().map(result -> Specs.textOf(result.output()));
  }
}
