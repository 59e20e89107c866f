package dev.stygian.graph.queue;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random moves on the queue in memory. A failure names its seed and the shortest moves to it. */
final class QueueSimulationTest {
  @Provide
  Arbitrary<List<QueueMove>> moves() {
    return QueueMove.sequences(80);
  }

  @Property(tries = 300)
  void the_local_queue_does_what_the_reference_does(@ForAll("moves") List<QueueMove> moves)
      throws InterruptedException {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    LocalWorkQueue queue = new LocalWorkQueue(now::get);
    try (QueueFixture fixture =
        new QueueFixture(queue::share, time -> now.updateAndGet(at -> at.plus(time)))) {
      new QueueSimulation(fixture).run(moves);
    }
  }
}
