package dev.stygian.graph.queue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;

class LocalWorkQueueTest extends WorkQueueContract {
  // so long that no test passes because a thread looked by itself
  private static final Duration LOOK_AGAIN = Duration.ofHours(1);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final InstantSource clock = now::get;
  private final Map<String, LocalWorkQueue> queues = new HashMap<>();

  @Override
  protected WorkQueue newQueue(String queueName) {
    return queue(queueName).share();
  }

  private LocalWorkQueue queue(String queueName) {
    return queues.computeIfAbsent(queueName, name -> new LocalWorkQueue(clock, LOOK_AGAIN));
  }

  @Override
  protected void elapse(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
    queues.values().forEach(LocalWorkQueue::wakeAll);
  }

  @Override
  protected OptionalLong keyCount(String queueName) {
    return OptionalLong.of(queue(queueName).held());
  }
}
