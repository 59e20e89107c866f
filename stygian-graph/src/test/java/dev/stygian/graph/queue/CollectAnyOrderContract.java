package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Items that are split, collected, split inside and collected there too, while everything dies, is
 * excluded, handed back and replayed by chance: the books balance after each step, and in the end
 * each item has been collected whole. A failure names its seed, which alone repeats it.
 */
interface CollectAnyOrderContract extends Contract {
  int RUNS = 12;
  int STEPS = 60;

  /** With another first node, {@code x}, beside those that split and collect. */
  private static Specs.RunBuilder beside(String id) {
    return Specs.collectingTwice(id, 2).node("x").ends(2).wide();
  }

  @Test
  default void items_are_collected_whole_whatever_becomes_of_their_parts() throws Exception {
    for (long seed = 0; seed < RUNS; seed++) {
      RunSpec run = q().open(Specs.collectingTwice("nested " + seed, 1));
      new Play(q(), run, seed, List.of("a")).play();
    }
  }

  @Test
  default void items_with_a_branch_beside_are_collected_whole_too() throws Exception {
    for (long seed = 0; seed < RUNS; seed++) {
      RunSpec run = q().open(beside("beside " + seed));
      new Play(q(), run, seed, List.of("a", "x")).play();
    }
  }

  /** One run and what happens to it. */
  final class Play {
    private static final int ITEMS = 3;

    private final QueueFixture q;
    private final RunSpec run;
    private final long seed;
    private final List<String> firstNodes;
    private final Random random;
    private final List<Lease> held = new ArrayList<>();
    private boolean calm;

    Play(QueueFixture q, RunSpec run, long seed, List<String> firstNodes) {
      this.q = q;
      this.run = run;
      this.seed = seed;
      this.firstNodes = firstNodes;
      this.random = new Random(seed);
    }

    private static int parts(TaskId of) {
      return Math.floorMod(of.item().hashCode() + of.node().hashCode(), 4);
    }

    private String task(TaskId id) {
      return id.item() + " after " + id.node();
    }

    void play() throws InterruptedException {
      q.submit(
          run,
          IntStream.range(0, ITEMS)
              .mapToObj(i -> "x" + i)
              .map(item ->
                  new Submission(item, Specs.text(item), tasks(item, firstNodes), List.of()))
              .toList());
      q.queue.closeInput(run.id());
      for (int i = 0; i < STEPS; i++) {
        step();
        balanced();
      }
      calm = true;
      while (q.status(run).inFlight() > 0 || !letters().isEmpty()) {
        for (String item : letters()) {
          q.ledger().replay(run.id(), List.of(item));
        }
        balanced();
        held.addAll(q.leaseUpTo(100));
        while (!held.isEmpty()) {
          end(held.removeLast());
        }
        balanced();
      }
      RunStatus status = q.status(run);
      assertThat(status.finished()).as("seed %d", seed).isPresent();
      assertThat(status.done())
          .as("seed %d", seed)
          .isEqualTo(status.submitted() + status.emitted().accepted());
      List<String> last = firstNodes.stream().map(node -> node.equals("a") ? "e" : node).toList();
      assertThat(q.results(run))
          .as("seed %d", seed)
          .extracting(result -> result.item() + " " + result.node())
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, ITEMS)
                  .boxed()
                  .flatMap(i -> last.stream().map(node -> "x" + i + " " + node))
                  .toList());
    }

    private void balanced() {
      assertThat(q.ledger().receipt(run.id()).discrepancies()).as("seed %d", seed).isEmpty();
    }

    private List<String> letters() {
      return Stream.of(
              q.ledger().deadLetters(run.id(), "", 1_000), q.ledger().excluded(run.id(), "", 1_000))
          .flatMap(List::stream)
          .map(letter -> letter.task().id().item())
          .toList();
    }

    private List<Task> tasks(String item, List<String> nodes) {
      return nodes.stream().map(node -> Specs.task(run, item, node, run.id().value())).toList();
    }

    private void step() throws InterruptedException {
      List<String> letters = letters();
      if (!letters.isEmpty() && random.nextInt(4) == 0) {
        q.ledger().replay(run.id(), List.of(letters.get(random.nextInt(letters.size()))));
      } else if (held.isEmpty() || random.nextInt(3) == 0) {
        held.addAll(q.leaseUpTo(1 + random.nextInt(3)));
      } else {
        end(held.remove(random.nextInt(held.size())));
      }
    }

    private void end(Lease lease) throws InterruptedException {
      boolean splits = run.lanes().get(run.laneOf(lease.task().id().node())).splits();
      if (splits) {
        emit(lease, calm ? parts(lease.task().id()) : random.nextInt(5));
      }
      switch (calm ? 9 : random.nextInt(10)) {
        case 0 -> q.bury(lease, "dead");
        case 1 -> q.fail(lease, "failed", Duration.ZERO);
        case 2 -> q.handBack(lease);
        case 3 -> {
          Nack.Verdict excluded = new Nack.Verdict.Exclude("excluded");
          q.queue.nack(new Nack(lease, List.of(), lease.task(), lease.attempt(), excluded));
        }
        default -> works(lease, splits);
      }
    }

    /** Emits the first parts of an item, up to all of them. */
    private void emit(Lease lease, int most) throws InterruptedException {
      TaskId id = lease.task().id();
      List<Emission> all =
          IntStream.range(0, Math.min(most, parts(id)))
              .mapToObj(i -> Collecting.part(id.item(), id.node(), i))
              .map(part ->
                  new Emission(
                      part,
                      Specs.text(part),
                      tasks(part, List.of(id.node().equals("a") ? "b" : "c"))))
              .toList();
      if (!all.isEmpty()) {
        assertThat(q.queue.emitParts(lease, all, 0)).as("seed %d", seed).isPresent();
      }
    }

    private void works(Lease lease, boolean splits) throws InterruptedException {
      TaskId id = lease.task().id();
      if (splits) {
        emit(lease, parts(id));
        String collector = id.node().equals("a") ? "e" : "d";
        Release waiting = new Release(tasks(id.item(), List.of(collector)).getFirst(), 1);
        q.queue.complete(
            new Completion(lease, new Progress(List.of(id.node()), List.of(), List.of(waiting))));
        return;
      }
      if (id.node().equals("d") || id.node().equals("e")) {
        checkCollected(lease);
      }
      boolean isLast = id.node().equals("e") || id.node().equals("x");
      NodeResult result =
          new NodeResult(
              id.node(),
              lease.task().key(),
              Specs.text(task(id)),
              lease.attempt(),
              isLast,
              !isLast);
      q.queue.complete(new Completion(lease, List.of(result), List.of()));
    }

    private void checkCollected(Lease lease) throws InterruptedException {
      TaskId id = lease.task().id();
      String split = id.node().equals("e") ? "a" : "b";
      String last = id.node().equals("e") ? "d" : "c";
      int parts = parts(new TaskId(id.run(), id.item(), split));
      CollectedPage page = q.queue.collected(lease, 0).orElseThrow();
      assertThat(page.parts()).as("seed %d", seed).isEqualTo(parts);
      assertThat(page.outputs())
          .as("seed %d", seed)
          .extracting(Specs::textOf)
          .isEqualTo(
              IntStream.range(0, parts)
                  .mapToObj(i -> Collecting.part(id.item(), split, i) + " after " + last)
                  .toList());
    }
  }
}
