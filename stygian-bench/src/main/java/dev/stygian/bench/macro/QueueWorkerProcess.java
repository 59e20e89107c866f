package dev.stygian.bench.macro;

import dev.stygian.bench.measure.ChildOrders;
import java.io.IOException;
import java.util.Optional;

/**
 * A worker process of the queue case. Orders: {@code open ours|bare URL BATCH THREADS}, {@code
 * work}, {@code close}.
 */
final class QueueWorkerProcess implements ChildOrders.Obeying {
  static final String OPEN = "open";
  static final String WORK = "work";
  static final String CLOSE = "close";
  static final String OURS = "ours";
  static final String BARE = "bare";
  private static final String DONE = "done";

  private Optional<TaskPath> path = Optional.empty();
  private int threads;

  private QueueWorkerProcess() {}

  public static void main(String[] args) throws IOException {
    ChildOrders.serve(new QueueWorkerProcess());
  }

  @Override
  public String obey(String[] words) throws Exception {
    switch (words[0]) {
      case OPEN -> {
        int batch = Integer.parseInt(words[3]);
        threads = Integer.parseInt(words[4]);
        TaskPath opened =
            words[1].equals(OURS)
                ? new OurPath(words[2], 1, false, batch)
                : new BarePath(words[2], threads, batch);
        opened.open();
        path = Optional.of(opened);
      }
      case WORK -> path.orElseThrow().work(threads);
      case CLOSE -> path.orElseThrow().close();
      default -> throw new IllegalArgumentException("no order " + words[0]);
    }
    return DONE;
  }
}
