package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.ReferenceRun.Item;
import dev.stygian.graph.queue.ReferenceRun.State;

/** What a queue says of a run, held against what the reference has of it. */
final class ComparedBooks {
  private ComparedBooks() {}

  static void agree(ReferenceRun run, Receipt receipt) {
    RunStatus status = receipt.status();
    RunId id = run.id();
    assertThat(receipt.discrepancies()).as("of %s", id).isEmpty();
    assertThat(receipt.spent()).as("spent by %s", id).isEqualTo(run.spent);
    assertThat(receipt.letters())
        .as("letters of %s", id)
        .isEqualTo(
            new Receipt.Letters(run.letters(false).size(), run.letters(true).size(), run.dropped));
    assertThat(status.submitted()).as("submitted of %s", id).isEqualTo(run.submitted.size());
    assertThat(status.emitted()).as("emitted of %s", id).isEqualTo(run.emitted);
    assertThat(status.undeliveredResults())
        .as("undelivered of %s", id)
        .isEqualTo(run.results.size() - run.delivered);
    assertThat(status.heldBack()).as("whether %s is held back", id).isEqualTo(run.isHeldBack());
    assertThat(status.weight()).as("weight of %s", id).isEqualTo(run.weight);
    assertThat(status.maxLeased()).as("cap of %s", id).isEqualTo(run.maxLeased);
    assertThat(status.inFlight()).as("in flight of %s", status).isNotNegative();
    if (!run.cancelled) {
      status.nodes().forEach(counts -> agree(run, counts));
      itemsAgree(run, status);
      assertThat(status.cancelled()).isZero();
    }
  }

  private static void agree(ReferenceRun run, RunStatus.NodeCounts counts) {
    String node = counts.node();
    long limbo = run.count(t -> t.isLimbo() && t.node().equals(node));
    long waiting = run.count(node, State.WAITING);
    assertThat(counts.waiting()).as("waiting of %s", counts).isBetween(waiting - limbo, waiting);
    assertThat(counts.delayed()).as("%s", counts).isEqualTo(run.count(node, State.DELAYED));
    assertThat(counts.leased()).as("%s", counts).isEqualTo(run.count(node, State.LEASED));
    assertThat(counts.maxLeased()).isEqualTo(ReferenceQueue.cap(run, node));
  }

  private static void itemsAgree(ReferenceRun run, RunStatus status) {
    assertThat(status.done()).as("done of %s", run.id()).isEqualTo(done(run));
    assertThat(status.dead()).as("dead of %s", run.id()).isEqualTo(dead(run, false));
    assertThat(status.excluded()).as("excluded of %s", run.id()).isEqualTo(dead(run, true));
  }

  private static long done(ReferenceRun run) {
    return run.items.values().stream().filter(Item::isDone).count();
  }

  private static long dead(ReferenceRun run, boolean excluded) {
    return run.items.values().stream()
        .filter(item -> item.dead && item.excluded == excluded)
        .count();
  }

  /** The run is over, and each item has ended once. */
  static void areClosed(ReferenceRun run, Receipt receipt) {
    RunStatus status = receipt.status();
    assertThat(status.finished()).as("the end of %s", status).isPresent();
    assertThat(status.state())
        .isEqualTo(run.cancelled ? RunStatus.State.CANCELLED : RunStatus.State.FINISHED);
    assertThat(status.nodes())
        .allSatisfy(n -> assertThat(n.waiting() + n.delayed() + n.leased()).isZero());
    itemsAgree(run, status);
    long ended = done(run) + dead(run, false) + dead(run, true);
    assertThat(status.cancelled()).isEqualTo(run.items.size() - ended);
    assertThat(receipt.items())
        .as("items of %s, known or not", run.id())
        .isEqualTo(run.items.size() + run.emitted.duplicates() + run.emitted.overLimit());
    assertThat(receipt.discrepancies()).isEmpty();
    for (Item item : run.items.values()) {
      assertThat(item.read).as("%s", item).isEqualTo(item.results());
    }
  }
}
