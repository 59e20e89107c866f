package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random moves on a local queue and on a {@link ReferenceQueue}, which must agree after each one. A
 * failure names its seed; {@code -Dstygian.seed=N} repeats it.
 */
class QueueSimulationTest {
  private static final int SIMULATIONS = 200;
  private static final int MOVES = 120;

  @Test
  void the_local_queue_does_what_the_reference_does() throws Exception {
    long given = Long.getLong("stygian.seed", 0);
    long first = given == 0 ? System.nanoTime() : given;
    int simulations = given == 0 ? SIMULATIONS : 1;
    for (long seed = first; seed < first + simulations; seed++) {
      try (Simulation simulation = new Simulation(seed)) {
        simulation.run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static final class Simulation implements AutoCloseable {
    private final Random random;
    private final RunSpec run;
    private final LocalWorkQueue queue;
    private final ReferenceQueue reference;
    private final List<Lease> leases = new ArrayList<>();
    private Instant now = Instant.EPOCH;
    private int items;

    Simulation(long seed) {
      this.random = new Random(seed);
      this.run =
          (random.nextBoolean() ? Specs.chain("r").node("c", "b") : Specs.single("r")).build();
      this.queue = new LocalWorkQueue(() -> now);
      this.reference = new ReferenceQueue(run);
      queue.open(run);
    }

    void run() throws InterruptedException {
      for (int i = 0; i < MOVES; i++) {
        move();
        compare();
      }
      queue.closeInput(run.id());
      queue.ledger().resume(run.id());
      reference.paused = false;
      while (queue.ledger().status(run.id()).state() != RunStatus.State.FINISHED) {
        now = now.plusSeconds(5);
        lease();
        settle();
        compare();
      }
      assertThat(queue.held()).as("the run itself and stored results").isGreaterThan(0);
      List<Long> ends = reference.items();
      assertThat(ends.get(0)).isEqualTo(ends.get(1) + ends.get(2));
    }

    private void move() throws InterruptedException {
      switch (random.nextInt(12)) {
        case 0, 1 -> submit();
        case 2, 3, 4 -> lease();
        case 5, 6, 7, 8 -> settle();
        case 9 -> now = now.plusMillis(random.nextInt(8_000));
        case 10 -> pauseOrResume();
        default -> replay();
      }
    }

    private void submit() throws InterruptedException {
      String item = "item-" + items;
      queue.enqueue(run.id(), "s", items, List.of(Specs.item(run, item)), Duration.ZERO);
      reference.submit(item);
      items++;
    }

    private void lease() throws InterruptedException {
      Duration visibility = Duration.ofMillis(1 + random.nextInt(10_000));
      int max = 1 + random.nextInt(4);
      LeaseRequest request = new LeaseRequest(Set.of(), max, visibility, Duration.ZERO);
      List<Lease> handedOut = queue.lease(request);
      reference.lease(handedOut, max, now, now.plus(visibility));
      leases.addAll(handedOut);
    }

    private void settle() throws InterruptedException {
      if (leases.isEmpty()) {
        return;
      }
      // one that stays in the list is settled again later, when it is no longer current
      int index = random.nextInt(leases.size());
      Lease lease = random.nextInt(10) == 0 ? leases.get(index) : leases.remove(index);
      switch (random.nextInt(8)) {
        case 0 -> nack(lease, new Nack.Verdict.HandBack());
        case 1 -> nack(lease, new Nack.Verdict.Bury("never"));
        case 2, 3 ->
            nack(lease, new Nack.Verdict.Retry("again", Duration.ofSeconds(random.nextInt(3))));
        default -> complete(lease);
      }
    }

    private void nack(Lease lease, Nack.Verdict verdict) throws InterruptedException {
      Nack nack = new Nack(lease, List.of(), lease.task(), lease.attempt(), verdict);
      assertThat(queue.nack(nack)).isEqualTo(reference.nack(lease, verdict, now));
    }

    private void complete(Lease lease) throws InterruptedException {
      Task task = lease.task();
      NodeResult result = QueueFixture.result(run, task, QueueFixture.output(task), 1);
      Completion completion =
          new Completion(lease, List.of(result), QueueFixture.releases(run, task));
      assertThat(queue.complete(completion)).isEqualTo(reference.complete(lease));
    }

    private void pauseOrResume() {
      reference.paused = !reference.paused;
      if (reference.paused) {
        queue.ledger().pause(run.id());
      } else {
        queue.ledger().resume(run.id());
      }
    }

    private void replay() {
      List<TaskId> dead = reference.dead();
      assertThat(queue.ledger().deadLetters(run.id(), "", 1_000))
          .extracting(letter -> letter.task().id())
          .containsExactlyInAnyOrderElementsOf(dead);
      if (!dead.isEmpty()) {
        TaskId chosen = dead.get(random.nextInt(dead.size()));
        assertThat(queue.ledger().replay(run.id(), List.of(chosen.item()))).isEqualTo(1);
        reference.replay(chosen);
      }
    }

    private void compare() {
      RunStatus status = queue.ledger().status(run.id());
      assertThat(status.nodes())
          .extracting(n -> List.of(n.waiting(), n.delayed(), n.leased(), n.done()))
          .isEqualTo(reference.nodes());
      assertThat(List.of(status.submitted(), status.done(), status.dead()))
          .isEqualTo(reference.items());
    }

    @Override
    public void close() {
      queue.close();
    }
  }
}
