package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.DeadLetter.AttemptError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A node that collects what came of the parts of one item: it begins once, when all of them are
 * there, whatever ends in whatever order. The run of these tests splits at {@code a}; {@code b} is
 * executed for the parts, {@code c} collects what it puts out, and {@code d} follows.
 *
 * <p>Long because it lists what may become of an item and its parts.
 */
interface CollectContract extends Contract {

  private static Specs.RunBuilder collecting() {
    return Specs.single("r")
        .splits(1)
        .node("b")
        .ends(1)
        .partsOf("a")
        .node("c")
        .ends(1)
        .collects("a", "b")
        .node("d", "c")
        .ends(1);
  }

  /** The item {@code start} of a run, at {@code a}, and no other. */
  private Lease begun(RunSpec run) throws InterruptedException {
    Task first = Specs.task(run, "start", "a", run.id().value());
    q().submit(
            run, List.of(new Submission("start", Specs.text("start"), List.of(first), List.of())));
    q().queue.closeInput(run.id());
    return q().leaseOne();
  }

  private List<Emission> parts(RunSpec run, Lease split, int from, int to, String... nodes) {
    TaskId id = split.task().id();
    return IntStream.range(from, to)
        .mapToObj(number -> Collecting.part(id.item(), id.node(), number))
        .map(part -> new Emission(part, Specs.text(part), tasks(run, part, List.of(nodes))))
        .toList();
  }

  private static List<Task> tasks(RunSpec run, String item, List<String> nodes) {
    return nodes.stream().map(node -> Specs.task(run, item, node, run.id().value())).toList();
  }

  private void emit(RunSpec run, Lease split, int count) throws InterruptedException {
    List<Emission> all = parts(run, split, 0, count, "b");
    assertThat(q().queue.emitParts(split, all, 0)).isPresent();
  }

  /** The item has become its parts, and goes on where these are collected. */
  private void became(RunSpec run, Lease split, String collector) throws InterruptedException {
    Task waiting = Specs.task(run, split.task().id().item(), collector, run.id().value());
    Progress passed =
        new Progress(
            List.of(split.task().id().node()), List.of(), List.of(new Release(waiting, 1)));
    assertThat(q().queue.complete(new Completion(split, passed))).isEqualTo(new Settled.Booked());
  }

  private static Completion arrived(Lease lease) {
    Task task = lease.task();
    NodeResult kept =
        new NodeResult(
            task.id().node(),
            task.key(),
            Specs.text(QueueFixture.output(task)),
            lease.attempt(),
            false,
            true);
    return new Completion(lease, List.of(kept), List.of());
  }

  private void arrive(Lease lease) throws InterruptedException {
    assertThat(q().queue.complete(arrived(lease))).isEqualTo(new Settled.Booked());
  }

  private List<String> collected(Lease lease) throws InterruptedException {
    List<String> all = new ArrayList<>();
    long parts;
    do {
      CollectedPage page = q().queue.collected(lease, all.size()).orElseThrow();
      page.outputs().forEach(output -> all.add(Specs.textOf(output)));
      parts = page.parts();
    } while (all.size() < parts);
    return all;
  }

  private static List<String> expected(int parts) {
    return IntStream.range(0, parts).mapToObj(i -> "start/a/" + i + " after b").toList();
  }

  private Lease collector() throws InterruptedException {
    Lease lease = q().leaseOne();
    assertThat(lease.task().id().node()).isEqualTo("c");
    assertThat(lease.task().id().item()).isEqualTo("start");
    assertThat(lease.inputs()).isEmpty();
    return lease;
  }

  private void isBalanced(RunSpec run) {
    assertThat(q().ledger().receipt(run.id()).discrepancies()).isEmpty();
  }

  /** Lets the collector and what follows it work, after which the run is over. */
  private void collectsAndEnds(RunSpec run, int parts) throws InterruptedException {
    Lease c = collector();
    assertThat(collected(c)).isEqualTo(expected(parts));
    q().finish(c);
    q().queue.dropCollected(c, parts);
    assertThat(q().queue.collected(c, 0)).isEmpty();
    Lease d = q().leaseOne();
    assertThat(QueueFixture.input(d, "c")).isEqualTo("start after c");
    q().finish(d);
    assertThat(q().results(run)).extracting(Result::item).containsExactly("start");
    q().isFinished(run, parts + 1, 0);
    isBalanced(run);
  }

  private List<Lease> leased(int count) throws InterruptedException {
    List<Lease> all = q().leaseUpTo(count);
    assertThat(all).hasSize(count);
    return all;
  }

  private static Lease of(List<Lease> leases, Predicate<TaskId> which) {
    return leases.stream().filter(l -> which.test(l.task().id())).findFirst().orElseThrow();
  }

  private DeadLetter letterOf(RunSpec run, String item) {
    return q().deadLetters(run).stream()
        .filter(letter -> letter.task().id().item().equals(item))
        .findFirst()
        .orElseThrow();
  }

  @Test
  default void a_node_collects_when_the_split_is_over_and_all_parts_are_there() throws Exception {
    RunSpec run = q().open(collecting());
    Lease start = begun(run);
    emit(run, start, 3);
    for (Lease part : leased(3).reversed()) {
      arrive(part);
    }
    q().nothingToLease();
    assertThat(q().status(run).done()).isEqualTo(3);
    assertThat(q().status(run).inFlight()).isEqualTo(1);

    became(run, start, "c");

    collectsAndEnds(run, 3);
  }

  @Test
  default void a_node_collects_when_the_last_part_ends_after_the_split() throws Exception {
    RunSpec run = q().open(collecting());
    Lease start = begun(run);
    emit(run, start, 3);
    List<Lease> three = leased(3);
    arrive(three.get(1));
    became(run, start, "c");
    assertThat(q().status(run).done()).as("the item is not done when it is split").isEqualTo(1);
    arrive(three.get(0));
    q().nothingToLease();
    isBalanced(run);

    arrive(three.get(2));

    collectsAndEnds(run, 3);
  }

  @Test
  default void an_item_without_parts_is_collected_at_once() throws Exception {
    RunSpec run = q().open(collecting());

    became(run, begun(run), "c");

    collectsAndEnds(run, 0);
  }

  @Test
  default void many_parts_are_collected_page_by_page() throws Exception {
    RunSpec run = q().open(collecting());
    Lease start = begun(run);
    emit(run, start, 1_200);
    became(run, start, "c");
    List<Lease> some = q().leaseUpTo(500);
    while (!some.isEmpty() && some.getFirst().task().id().node().equals("b")) {
      q().queue.settle(some.stream().map(CollectContract::arrived).toList());
      some = q().counts(run, "b").waiting() == 0 ? List.of() : q().leaseUpTo(500);
    }

    collectsAndEnds(run, 1_200);
  }

  @Test
  default void a_part_that_is_missing_kills_its_item_until_it_is_replayed() throws Exception {
    RunSpec run = q().open(collecting());
    Lease start = begun(run);
    emit(run, start, 3);
    became(run, start, "c");
    List<Lease> three = leased(3);
    q().bury(three.get(1), "not this one");
    arrive(three.get(0));
    q().queue
        .nack(
            new Nack(
                three.get(2), List.of(), three.get(2).task(), 1, new Nack.Verdict.Exclude("no")));

    assertThat(letterOf(run, "start").task().id().node()).isEqualTo("c");
    assertThat(letterOf(run, "start").errors())
        .extracting(AttemptError::message)
        .containsExactly("2 of its 3 parts are dead or excluded: replay these");
    q().isFinished(run, 1, 2);
    assertThat(q().status(run).excluded()).isEqualTo(1);
    isBalanced(run);

    assertThat(q().ledger().replay(run.id(), List.of("start"))).as("without parts").isZero();
    assertThat(q().ledger().replay(run.id(), List.of("start/a/1"))).isEqualTo(1);
    arrive(q().leaseOne());
    assertThat(letterOf(run, "start").errors())
        .extracting(AttemptError::message)
        .containsExactly("1 of its 3 parts are dead or excluded: replay these");
    assertThat(q().ledger().replay(run.id(), List.of("start/a/2"))).isEqualTo(1);
    isBalanced(run);
    arrive(q().leaseOne());

    assertThat(q().deadLetters(run)).isEmpty();
    collectsAndEnds(run, 3);
  }

  @Test
  default void an_item_that_is_replayed_after_its_parts_waits_for_them_again() throws Exception {
    RunSpec run = q().open(collecting());
    Lease start = begun(run);
    emit(run, start, 2);
    became(run, start, "c");
    for (Lease part : leased(2)) {
      q().bury(part, "not now");
    }

    assertThat(q().ledger().replay(run.id(), List.of("start/a/0", "start/a/1", "start")))
        .isEqualTo(3);

    isBalanced(run);
    List<Lease> two = leased(2);
    arrive(two.get(0));
    q().nothingToLease();
    arrive(two.get(1));
    collectsAndEnds(run, 2);
  }

  @Test
  default void a_part_that_dies_again_leaves_its_item_dead() throws Exception {
    RunSpec run = q().open(collecting());
    Lease start = begun(run);
    emit(run, start, 1);
    became(run, start, "c");
    q().bury(q().leaseOne(), "no");
    q().ledger().replay(run.id(), List.of("start/a/0", "start"));
    q().bury(q().leaseOne(), "again no");

    q().isFinished(run, 0, 2);
    isBalanced(run);
    assertThat(letterOf(run, "start").task().id().node()).isEqualTo("c");
  }

  @Test
  default void a_part_whose_leases_run_out_is_missing() throws Exception {
    RunSpec run = q().open(collecting().maxAttempts(1));
    Lease start = begun(run);
    emit(run, start, 1);
    became(run, start, "c");
    q().leaseOne(QueueFixture.SHORT);
    q().elapse(QueueFixture.SHORT);
    q().nothingToLease();

    q().isFinished(run, 0, 2);
    isBalanced(run);
  }

  @Test
  default void parts_of_a_split_that_died_wait_for_its_replay() throws Exception {
    RunSpec run = q().open(collecting());
    Lease start = begun(run);
    emit(run, start, 2);
    q().bury(start, "the rest cannot be read");
    for (Lease part : leased(2)) {
      arrive(part);
    }
    q().isFinished(run, 2, 1);

    assertThat(q().ledger().replay(run.id(), List.of("start"))).isEqualTo(1);
    Lease again = q().leaseOne();
    q().queue.emitParts(again, parts(run, again, 0, 3, "b"), 0);
    became(run, again, "c");
    arrive(q().leaseOne());

    collectsAndEnds(run, 3);
  }

  @Test
  default void a_collector_that_dies_is_replayed_with_all_that_it_collects() throws Exception {
    RunSpec run = q().open(collecting());
    Lease start = begun(run);
    emit(run, start, 2);
    became(run, start, "c");
    for (Lease part : leased(2)) {
      arrive(part);
    }
    q().fail(collector(), "once more", Duration.ZERO);
    q().bury(collector(), "too much");
    q().isFinished(run, 2, 1);

    assertThat(q().ledger().replay(run.id(), List.of("start"))).isEqualTo(1);

    collectsAndEnds(run, 2);
  }

  @Test
  default void what_a_late_worker_says_of_a_part_counts_nowhere() throws Exception {
    RunSpec run = q().open(collecting());
    Lease start = begun(run);
    emit(run, start, 2);
    became(run, start, "c");
    Lease late = q().leaseOne(QueueFixture.SHORT);
    q().elapse(QueueFixture.SHORT);
    List<Lease> two = leased(2);
    arrive(of(two, id -> id.equals(late.task().id())));

    assertThat(q().queue.complete(arrived(late))).isInstanceOf(Settled.LeaseLost.class);
    q().nothingToLease();

    arrive(of(two, id -> !id.equals(late.task().id())));
    collectsAndEnds(run, 2);
  }

  @Test
  default void items_that_wait_for_parts_are_cancelled_with_their_run() throws Exception {
    RunSpec run = q().open(collecting());
    Lease start = begun(run);
    emit(run, start, 4);
    became(run, start, "c");
    List<Lease> two = leased(2);
    arrive(two.get(0));
    q().ledger().cancel(run.id());
    isBalanced(run);

    arrive(two.get(1));

    RunStatus status = q().status(run);
    assertThat(status.finished()).isPresent();
    assertThat(status.done()).isEqualTo(1);
    assertThat(status.cancelled()).isEqualTo(4);
    assertThat(status.inFlight()).isZero();
    isBalanced(run);
  }

  @Test
  default void a_dropped_part_stays_missing() throws Exception {
    RunSpec run = q().open(collecting());
    Lease start = begun(run);
    emit(run, start, 1);
    became(run, start, "c");
    q().bury(q().leaseOne(), "no");

    assertThat(q().ledger().drop(run.id(), List.of("start/a/0"))).isEqualTo(1);

    assertThat(q().ledger().replay(run.id(), List.of("start"))).isZero();
    q().isFinished(run, 0, 2);
    isBalanced(run);
  }

  @Test
  default void parts_may_be_split_and_collected_themselves() throws Exception {
    RunSpec run = q().open(Specs.collectingTwice("r", 1));
    Lease start = begun(run);
    emit(run, start, 2);
    became(run, start, "e");
    for (Lease inner : leased(2)) {
      q().queue.emitParts(inner, parts(run, inner, 0, 2, "c"), 0);
      became(run, inner, "d");
    }
    List<Lease> four = leased(4);
    for (Lease part : four.subList(1, 4)) {
      arrive(part);
    }
    Lease first = q().leaseOne();
    arrive(first);
    q().bury(four.getFirst(), "no");
    assertThat(q().status(run).dead()).as("the part, its parent and theirs").isEqualTo(3);
    isBalanced(run);

    String part = four.getFirst().task().id().item();
    assertThat(q().ledger().replay(run.id(), List.of(part))).isEqualTo(1);
    arrive(q().leaseOne());
    Lease second = q().leaseOne();
    String parent = second.task().id().item();
    assertThat(part).startsWith(parent);
    assertThat(collected(second)).containsExactly(parent + "/b/0 after c", parent + "/b/1 after c");
    arrive(second);
    Lease e = q().leaseOne();
    assertThat(e.task().id().node()).isEqualTo("e");
    assertThat(collected(e)).containsExactly("start/a/0 after d", "start/a/1 after d");
    q().finish(e);
    q().isFinished(run, 7, 0);
    isBalanced(run);
  }

  private static Specs.RunBuilder beside() {
    return Specs.single("r")
        .splits(2)
        .node("b")
        .ends(1)
        .partsOf("a")
        .node("c")
        .ends(2)
        .collects("a", "b")
        .node("d", "c")
        .ends(2)
        .node("x")
        .ends(2)
        .wide();
  }

  private List<Lease> begunBeside(RunSpec run) throws InterruptedException {
    List<Task> first = tasks(run, "start", List.of("a", "x"));
    q().submit(run, List.of(new Submission("start", Specs.text("start"), first, List.of())));
    q().queue.closeInput(run.id());
    return leased(2);
  }

  @Test
  default void an_item_that_dies_beside_its_split_goes_on_when_it_is_replayed() throws Exception {
    RunSpec run = q().open(beside());
    List<Lease> two = begunBeside(run);
    Lease start = of(two, id -> id.node().equals("a"));
    emit(run, start, 1);
    became(run, start, "c");
    q().bury(of(two, id -> id.node().equals("x")), "no");
    arrive(q().leaseOne());
    q().nothingToLease();
    q().isFinished(run, 1, 1);
    isBalanced(run);

    assertThat(q().ledger().replay(run.id(), List.of("start"))).isEqualTo(1);
    for (Lease lease : leased(2)) {
      q().finish(lease);
    }
    q().finish(q().leaseOne());

    assertThat(q().results(run)).extracting(Result::node).containsExactlyInAnyOrder("d", "x");
    q().isFinished(run, 2, 0);
    isBalanced(run);
  }

  @Test
  default void an_item_that_is_dead_beside_missing_parts_dies_of_them_when_replayed()
      throws Exception {
    RunSpec run = q().open(beside());
    List<Lease> two = begunBeside(run);
    Lease start = of(two, id -> id.node().equals("a"));
    emit(run, start, 1);
    became(run, start, "c");
    q().bury(of(two, id -> id.node().equals("x")), "no");
    q().bury(q().leaseOne(), "neither");
    q().isFinished(run, 0, 2);

    assertThat(q().ledger().replay(run.id(), List.of("start"))).isEqualTo(1);
    q().nothingToLease();

    assertThat(letterOf(run, "start").task().id().node()).isEqualTo("c");
    q().isFinished(run, 0, 2);
    assertThat(q().ledger().replay(run.id(), List.of("start/a/0"))).isEqualTo(1);
    arrive(q().leaseOne());
    for (Lease lease : leased(2)) {
      q().finish(lease);
    }
    q().finish(q().leaseOne());
    q().isFinished(run, 2, 0);
    isBalanced(run);
  }

  @Test
  default void an_item_with_a_branch_and_parts_is_cancelled_once() throws Exception {
    RunSpec run = q().open(beside());
    List<Lease> two = begunBeside(run);
    Lease start = of(two, id -> id.node().equals("a"));
    emit(run, start, 1);
    became(run, start, "c");

    q().ledger().cancel(run.id());
    q().finish(of(two, id -> id.node().equals("x")));

    assertThat(q().status(run).cancelled()).isEqualTo(2);
    assertThat(q().status(run).finished()).isPresent();
    isBalanced(run);
  }
}
