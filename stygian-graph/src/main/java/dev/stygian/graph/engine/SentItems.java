package dev.stygian.graph.engine;

import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.queue.Submission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The items that were sent last, for a server that forgets what it accepted: a replica that became
 * the primary before it had everything. Bounded in number and bytes. For one thread.
 */
final class SentItems {
  private static final int MOST = 10 * ReadAhead.MOST;
  private static final long MOST_BYTES = 8 << 20;

  private final ArrayDeque<Submission> kept = new ArrayDeque<>();
  private long bytes;
  private long next;

  /** Nothing was sent yet; the first item will have this number. */
  SentItems(long next) {
    this.next = next;
  }

  /** The number of the item after the last one. */
  long next() {
    return next;
  }

  void add(List<Submission> batch) {
    for (Submission item : batch) {
      kept.addLast(item);
      bytes += item.input().size();
    }
    next += batch.size();
    while (kept.size() > MOST || bytes > MOST_BYTES) {
      bytes -= kept.removeFirst().input().size();
    }
  }

  /**
   * The items from this number on, in their order.
   *
   * @throws QueueUnavailableException where they are no longer kept
   */
  List<Submission> from(long number) {
    long first = next - kept.size();
    if (number < first) {
      throw new QueueUnavailableException(
          "the server lost "
              + (next - number)
              + " items that it had accepted, more than are kept; submit again with the same input"
              + " and --id, which goes on after the first "
              + number);
    }
    return new ArrayList<>(kept).subList((int) (number - first), kept.size());
  }
}
