package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What became of every item of a run and of every task of its nodes adds up, whatever became of
 * them. That it does at the end of each test of a queue is held by {@link WorkQueueContract}.
 */
interface ReceiptContract extends Contract {

  @Test
  default void a_receipt_adds_up_at_each_step() throws Exception {
    RunSpec run = q().open(Specs.chain("r").maxAttempts(2));
    q().submit(run, "done", "dead", "excluded", "waits", "delayed", "dropped");
    addsUp(run);
    List<Lease> leases = q().leaseUpTo(6);
    addsUp(run);
    q().finish(leases.get(0));
    q().bury(leases.get(1), "broken");
    q().queue.nack(nack(leases.get(2), new Nack.Verdict.Exclude("by rule")));
    q().queue.nack(nack(leases.get(3), new Nack.Verdict.HandBack()));
    q().fail(leases.get(4), "later", Duration.ofHours(1));
    q().bury(leases.get(5), "broken");
    q().ledger().drop(run.id(), Set.of("dropped"));
    emit(q().leaseOne("A"), run, 0, "found");

    Receipt receipt = addsUp(run);

    assertThat(receipt.items()).isEqualTo(7);
    assertThat(receipt.status().dead()).isEqualTo(2);
    assertThat(receipt.letters()).isEqualTo(new Receipt.Letters(1, 1, 1));
    NodeBooks a = node(receipt, "a");
    assertThat(receipt.tasks(a)).isEqualTo(7);
    assertThat(a.counts().done()).isEqualTo(1);
    assertThat(a.counts().dead()).isEqualTo(2);
    assertThat(a.excluded()).isEqualTo(1);
    assertThat(a.unfinished()).isEqualTo(3);
    assertThat(receipt.tasks(node(receipt, "b"))).isEqualTo(1);
    q().queue.closeInput(run.id());
    q().ledger().cancel(run.id());
    receipt = addsUp(run);
    assertThat(receipt.status().cancelled()).isEqualTo(3);
    assertThat(node(receipt, "a").cancelled()).isEqualTo(2);
    assertThat(node(receipt, "a").unfinished()).as("executed now").isEqualTo(1);
    assertThat(node(receipt, "b").cancelled()).isEqualTo(1);
  }

  @Test
  default void a_receipt_adds_up_after_replays() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    q().bury(q().leaseOne(), "broken");
    q().queue.nack(nack(q().leaseOne(), new Nack.Verdict.Exclude("by rule")));
    q().ledger().replay(run.id(), Set.of("x", "y"));
    addsUp(run);

    q().finishAll();

    assertThat(addsUp(run).status().done()).isEqualTo(2);
  }

  @Test
  default void what_an_execution_passes_in_memory_came_to_its_nodes_too() throws Exception {
    RunSpec run = q().submitted(Specs.diamond("r"), "x", "y");
    Lease x = q().leaseOne();
    Task d = Specs.task(run, "x", "d", "r");
    NodeResult last = new NodeResult("d", d.key(), Specs.text("all of it"), 1, true, false);
    Progress whole = new Progress(List.of("a", "b", "c"), List.of(last), List.of());
    q().queue.complete(new Completion(x, whole));
    q().finish(q().leaseOne());
    Lease oneSide = q().leaseOne();
    q().finish(oneSide);

    Receipt receipt = addsUp(run);

    assertThat(receipt.tasks(node(receipt, "a"))).isEqualTo(2);
    assertThat(receipt.tasks(node(receipt, "b"))).isEqualTo(2);
    assertThat(receipt.tasks(node(receipt, "d"))).as("one waits for its other side").isEqualTo(1);
    assertThat(node(receipt, "d").arrived()).isEqualTo(1);
    q().finishAll();
    receipt = addsUp(run);
    assertThat(receipt.tasks(node(receipt, "d"))).isEqualTo(2);
    assertThat(receipt.results().counted()).isEqualTo(2);
  }

  @Test
  default void tasks_of_a_dead_item_are_stopped_where_they_are_until_a_replay() throws Exception {
    RunSpec run = q().submitted(Specs.fork("r"), "x");
    q().finish(q().leaseOne());
    Lease one = q().leaseOne();
    q().bury(one, "broken");
    q().nothingToLease();
    String other = one.task().id().node().equals("b") ? "c" : "b";

    Receipt receipt = addsUp(run);

    assertThat(node(receipt, one.task().id().node()).counts().dead()).isEqualTo(1);
    assertThat(node(receipt, other).stopped()).isEqualTo(1);
    assertThat(receipt.tasks(node(receipt, other))).isEqualTo(1);
    q().ledger().replay(run.id(), Set.of("x"));
    assertThat(node(addsUp(run), other).stopped()).isZero();
    q().finish(q().leaseOne());
    assertThat(addsUp(run).results().held()).as("an end waits for the other").isEqualTo(1);
    q().finishAll();
    receipt = addsUp(run);
    assertThat(receipt.results().held()).isZero();
    assertThat(receipt.results().counted()).isEqualTo(2);
  }

  @Test
  default void what_is_emitted_ends_as_an_item_a_duplicate_or_over_the_limit() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "start");
    Lease start = q().leaseOne();
    emit(start, run, 2, "x", "y", "x", "z");
    q().finish(start);

    Receipt receipt = addsUp(run);

    assertThat(receipt.items()).isEqualTo(5);
    assertThat(receipt.emitted()).isEqualTo(4);
    assertThat(receipt.status().emitted()).isEqualTo(new Emitted(2, 1, 1));
    assertThat(node(receipt, "a").emitted()).isEqualTo(4);
    assertThat(receipt.found()).isEqualTo(new Receipt.Found(2, 2, 2));
    assertThat(receipt.tasks(node(receipt, "a"))).isEqualTo(3);
  }

  @Test
  default void attempts_are_counted_through_deaths_and_replays_with_their_times() throws Exception {
    RunSpec run = q().submitted(Specs.single("r").maxAttempts(2), "x");
    assertThat(node(addsUp(run), "a").times()).as("nothing was attempted").isEmpty();
    q().fail(q().leaseOne(), "once", Duration.ZERO);
    Instant first = node(addsUp(run), "a").times().orElseThrow().first();
    q().leaseOne(SHORT);
    q().elapse(SHORT);
    q().nothingToLease();
    assertThat(node(addsUp(run), "a").attempts()).as("one failed, one was lost").isEqualTo(2);
    q().ledger().replay(run.id(), Set.of("x"));
    assertThat(node(addsUp(run), "a").attempts()).isEqualTo(2);

    q().finish(q().leaseOne());

    NodeBooks a = node(addsUp(run), "a");
    assertThat(a.attempts()).isEqualTo(3);
    assertThat(a.counts().retries()).isEqualTo(2);
    assertThat(a.times().orElseThrow().first()).isEqualTo(first);
    assertThat(a.times().orElseThrow().last()).isAfterOrEqualTo(first.plus(SHORT));
  }

  @Test
  default void what_is_answered_from_the_store_is_a_result_without_a_task() throws Exception {
    RunSpec first = q().open(Specs.chain("first"));
    q().submit(first, List.of(Specs.answerable(first, "x", "both")));
    q().finish(q().leaseOne());
    Task b = Specs.task(first, "x", "b", "both");
    q().queue
        .complete(
            new Completion(
                q().leaseOne(),
                List.of(new NodeResult("b", b.key(), Specs.text("out"), 1, true, false)),
                List.of()));
    RunSpec second = q().open(Specs.chain("second"));

    q().submit(second, List.of(Specs.answerable(second, "x", "both")));

    Receipt receipt = addsUp(second);
    assertThat(receipt.status().done()).isEqualTo(1);
    assertThat(receipt.results().given()).isEqualTo(1);
    assertThat(receipt.tasks(node(receipt, "a"))).isZero();
  }

  @Test
  default void delivered_results_that_are_gone_are_not_missed() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    assertThat(addsUp(run).results().last()).isEqualTo(Receipt.Results.NONE_LIES);
    q().finishAll();
    assertThat(addsUp(run).results().last()).isEqualTo(2);
    String end = q().ledger().results(run.id(), ResultBatch.START, 9, Duration.ZERO).position();
    q().ledger().deliver(run.id(), "file", new RunLedger.Delivery(end, 1));

    Receipt.Results results = addsUp(run).results();

    assertThat(results.counted()).isEqualTo(2);
    assertThat(results.delivered()).isEqualTo(2);
    assertThat(results.before()).isLessThanOrEqualTo(2);
  }

  private void emit(Lease lease, RunSpec run, long limit, String... items)
      throws InterruptedException {
    List<Emission> all =
        Stream.of(items)
            .map(item -> new Emission(item, Specs.text(item), Specs.item(run, item).first()))
            .toList();
    assertThat(q().queue.emit(lease, all, limit)).isPresent();
  }

  private static NodeBooks node(Receipt receipt, String node) {
    return receipt.nodes().get(receipt.spec().laneOf(node));
  }

  private Receipt addsUp(RunSpec run) {
    Receipt receipt = q().ledger().receipt(run.id());
    assertThat(receipt.discrepancies()).isEmpty();
    return receipt;
  }

  private static Nack nack(Lease lease, Nack.Verdict verdict) {
    return new Nack(lease, List.of(), lease.task(), lease.attempt(), verdict);
  }
}
