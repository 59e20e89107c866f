package dev.stygian.graph.engine;

import dev.stygian.graph.queue.LocalWorkQueue;
import dev.stygian.graph.queue.WorkQueue;
import org.junit.jupiter.api.Nested;

final class LocalEngineTest extends EngineContract {
  @Override
  protected WorkQueue newQueue() {
    return new LocalWorkQueue();
  }

  @Nested
  final class Finding extends FindingContract {
    @Override
    protected WorkQueue newQueue() {
      return new LocalWorkQueue();
    }
  }

  @Nested
  final class Splitting extends SplittingContract {
    @Override
    protected WorkQueue newQueue() {
      return new LocalWorkQueue();
    }
  }

  @Nested
  final class Collecting extends CollectingContract {
    @Override
    protected WorkQueue newQueue() {
      return new LocalWorkQueue();
    }
  }

  @Nested
  final class Visiting extends VisitingContract {
    @Override
    protected WorkQueue newQueue() {
      return new LocalWorkQueue();
    }
  }

  @Nested
  final class Stretches extends StretchContract {
    @Override
    protected WorkQueue newQueue() {
      return new LocalWorkQueue();
    }
  }
}
