package dev.stygian.bench.macro;

import dev.stygian.bench.measure.ChildOrders;
import java.io.IOException;
import java.util.Optional;

/**
 * A producer or a worker of the growth case, in a small heap. Orders: {@code open URL BATCH},
 * {@code produce FROM TO}, {@code work TASKS}, {@code finish THREADS} (all there are), {@code heap}
 * (used bytes after a collection), {@code close}.
 */
final class GrowthProcess implements ChildOrders.Obeying {
  static final String OPEN = "open";
  static final String PRODUCE = "produce";
  static final String WORK = "work";
  static final String FINISH = "finish";
  static final String HEAP = "heap";
  static final String CLOSE = "close";
  private static final String DONE = "done";

  private Optional<OurPath> path = Optional.empty();

  private GrowthProcess() {}

  public static void main(String[] args) throws IOException {
    ChildOrders.serve(new GrowthProcess());
  }

  @Override
  public String obey(String[] words) throws Exception {
    switch (words[0]) {
      case OPEN -> {
        OurPath opened = new OurPath(words[1], 1, false, Integer.parseInt(words[2]));
        opened.open();
        path = Optional.of(opened);
      }
      case PRODUCE ->
          path.orElseThrow().enqueue(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
      case WORK -> path.orElseThrow().leaseAndComplete(Integer.parseInt(words[1]));
      case FINISH -> path.orElseThrow().work(Integer.parseInt(words[1]));
      case HEAP -> {
        return Long.toString(usedHeap());
      }
      case CLOSE -> path.orElseThrow().close();
      default -> throw new IllegalArgumentException("no order " + words[0]);
    }
    return DONE;
  }

  private static long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
