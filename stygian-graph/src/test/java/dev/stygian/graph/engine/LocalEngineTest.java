package dev.stygian.graph.engine;

import dev.stygian.graph.queue.LocalWorkQueue;
import dev.stygian.graph.queue.WorkQueue;

final class LocalEngineTest extends EngineContract {
  @Override
  protected WorkQueue newQueue() {
    return new LocalWorkQueue();
  }
}
