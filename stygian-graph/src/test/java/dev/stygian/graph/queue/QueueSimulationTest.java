package dev.stygian.graph.queue;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Random moves on the queue in memory. A failure names its seed and the shortest moves to it. */
final class QueueSimulationTest {
  @Provide
  Arbitrary<List<QueueMove>> moves() {
    return QueueMoves.sequences(80);
  }

  @AddLifecycleHook(LongSimulation.class)
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void the_local_queue_does_what_the_reference_does(@ForAll("moves") List<QueueMove> moves)
      throws InterruptedException {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    LocalWorkQueue queue = new LocalWorkQueue(now::get);
    try (QueueFixture fixture =
        new QueueFixture(queue::share, time -> now.updateAndGet(at -> at.plus(time)))) {
      new QueueSimulation(fixture, new InMemory(fixture)).run(moves);
    }
  }

  /** Nothing lies where only its queue sees it, and what is delivered stays for long. */
  private record InMemory(QueueFixture fixture) implements QueueSimulation.Backstage {
    @Override
    public void trim(RunId run, String reader, RunLedger.Delivery delivery) {
      fixture.ledger().deliver(run, reader, delivery);
    }

    @Override
    public void isSound() {}
  }
}
