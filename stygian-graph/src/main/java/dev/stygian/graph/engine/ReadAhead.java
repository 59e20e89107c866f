package dev.stygian.graph.engine;

import dev.stygian.graph.queue.Submission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The items of an input, read and encoded on a thread of its own while the queue is busy with those
 * before them: at most {@link #MOST_AHEAD}, and {@link #MOST_BYTES_AHEAD}. A platform thread, since
 * encoding computes and must take turns with the tasks. Used by one thread, and closed by it.
 */
final class ReadAhead implements AutoCloseable {
  /** Items that are taken at once, at most. */
  static final int MOST = 500;

  private static final long MOST_BYTES = 1 << 20;
  private static final int MOST_AHEAD = 10 * MOST;
  private static final long MOST_BYTES_AHEAD = 8 * MOST_BYTES;
  private static final long STREAM_NANOS = 10_000_000;
  private static final long GATHER_MILLIS = 5;

  private final RunPlan plan;
  private final HostLanes lanes;
  private final Iterator<JsonNode> inputs;
  private final ArrayDeque<Submission> ahead = new ArrayDeque<>();
  private final Thread reader;
  private long bytesAhead;
  private long takenNanos = System.nanoTime() - STREAM_NANOS;
  private boolean ended;
  private boolean closed;
  private @Nullable RuntimeException failure;

  /**
   * Starts to read.
   *
   * @param position the number of the next item within the run
   */
  ReadAhead(RunPlan plan, HostLanes lanes, Iterator<JsonNode> inputs, long position) {
    this.plan = plan;
    this.lanes = lanes;
    this.inputs = inputs;
    this.reader =
        Thread.ofPlatform().daemon().name("stygian-input").unstarted(() -> read(position));
    this.reader.start();
  }

  private void read(long position) {
    try {
      long number = position;
      while (inputs.hasNext()) {
        if (!add(plan.submission(Long.toString(number), inputs.next(), lanes))) {
          return;
        }
        number++;
      }
      end(null);
    } catch (RuntimeException e) {
      end(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean add(Submission item) throws InterruptedException {
    while (!closed && isFull()) {
      wait();
    }
    ahead.addLast(item);
    bytesAhead += item.input().size();
    if (ahead.size() == 1 || ahead.size() == MOST) {
      notifyAll();
    }
    return !closed;
  }

  private boolean isFull() {
    return ahead.size() >= MOST_AHEAD || bytesAhead >= MOST_BYTES_AHEAD;
  }

  private synchronized void end(@Nullable RuntimeException reason) {
    ended = true;
    failure = reason;
    notifyAll();
  }

  /**
   * What has been read meanwhile, at least one item; of a stream, what comes within milliseconds
   * more.
   *
   * @return empty at the end
   */
  @SuppressWarnings("WaitNotInLoop") // who wakes early from gathering takes what there is
  synchronized List<Submission> take() throws InterruptedException {
    while (ahead.isEmpty() && !ended) {
      wait();
    }
    if (ahead.size() < MOST && !ended && System.nanoTime() - takenNanos < STREAM_NANOS) {
      wait(GATHER_MILLIS);
    }
    List<Submission> items = new ArrayList<>(Math.min(MOST, ahead.size()));
    long bytes = 0;
    while (items.size() < MOST && bytes < MOST_BYTES && !ahead.isEmpty()) {
      Submission item = ahead.removeFirst();
      bytes += item.input().size();
      items.add(item);
    }
    bytesAhead -= bytes;
    takenNanos = System.nanoTime();
    notifyAll();
    if (items.isEmpty() && failure != null) {
      throw failure;
    }
    return items;
  }

  @Override
  public synchronized void close() {
    closed = true;
    reader.interrupt();
  }
}
