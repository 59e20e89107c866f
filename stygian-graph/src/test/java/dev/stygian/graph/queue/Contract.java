package dev.stygian.graph.queue;

import java.util.OptionalLong;

/** What a part of {@link WorkQueueContract} stands on. */
interface Contract {
  /** The queue that is tested, empty at the start of each test. */
  QueueFixture q();

  /** How many keys it has on its server, where it has one. */
  OptionalLong keyCount();
}
