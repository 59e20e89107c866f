package dev.stygian.graph.queue;

import dev.stygian.graph.error.OutputException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The results of a run in the order of their completion, and how far they are delivered. A ring
 * that grows with what is undelivered; of what is delivered it keeps {@link #DELIVERED_KEPT}. A
 * position is the number of results before it, written {@code 12-0}. Guarded by the queue's lock.
 */
final class ResultLog {
  /** Results that may be read again once they are delivered. */
  static final int DELIVERED_KEPT = 10_000;

  private static final String SUFFIX = "-0";

  private final RunId run;
  private @Nullable Result[] ring = new @Nullable Result[16];
  private long first;
  private long next;
  private long delivered;
  private long undeliveredBytes;
  private final Map<String, RunLedger.Delivery> readers = new HashMap<>();

  ResultLog(RunId run) {
    this.run = run;
  }

  long undelivered() {
    return next - delivered;
  }

  long undeliveredBytes() {
    return undeliveredBytes;
  }

  /** What there is, with what its run says of it. */
  Receipt.Results books(long given, long held) {
    boolean isEmpty = next == first;
    return new Receipt.Results(
        next,
        given,
        held,
        isEmpty ? Receipt.Results.NONE_LIES : next,
        isEmpty ? Receipt.Results.NONE_LIES : first,
        delivered);
  }

  void append(Result result) {
    if (next - first == ring.length) {
      grow();
    }
    ring[slot(next)] = result;
    next++;
    undeliveredBytes += bytes(result);
  }

  /**
   * Up to {@code max} results after a position.
   *
   * @param over whether nothing will follow the last one
   */
  ResultBatch read(String position, int max, boolean over) {
    long from = parse(position);
    if (from < first) {
      throw new OutputException(
          "the results of run \""
              + run
              + "\" after position "
              + position
              + " are no longer kept: they were delivered; read on from "
              + first
              + SUFFIX);
    }
    int count = (int) Math.min(max, next - from);
    Result[] some = new Result[count];
    for (int i = 0; i < count; i++) {
      some[i] = at(from + i);
    }
    long to = from + count;
    return new ResultBatch(List.of(some), to + SUFFIX, over && to == next);
  }

  void deliver(String reader, RunLedger.Delivery delivery) {
    long to = parse(delivery.position());
    readers.put(reader, delivery);
    while (delivered < to) {
      undeliveredBytes -= bytes(at(delivered));
      delivered++;
    }
    while (delivered - first > DELIVERED_KEPT) {
      ring[slot(first)] = null;
      first++;
    }
  }

  Optional<RunLedger.Delivery> delivered(String reader) {
    return Optional.ofNullable(readers.get(reader));
  }

  /** Whether no result before a position is kept. */
  boolean isTrimmed(String position) {
    return parse(position) <= first;
  }

  private long parse(String position) {
    if (position.endsWith(SUFFIX)) {
      try {
        long number = Long.parseLong(position, 0, position.length() - SUFFIX.length(), 10);
        if (number >= 0 && number <= next) {
          return number;
        }
      } catch (NumberFormatException e) {
        // told below, with everything else that is no position
      }
    }
    throw new OutputException(
        "\"" + position + "\" is no position in the results of run \"" + run + "\"");
  }

  private Result at(long position) {
    Result result = ring[slot(position)];
    if (result == null) {
      throw new IllegalStateException("no result at position " + position);
    }
    return result;
  }

  private int slot(long position) {
    return (int) position & (ring.length - 1);
  }

  private void grow() {
    @Nullable Result[] old = ring;
    int from = slot(first);
    ring = new @Nullable Result[old.length * 2];
    for (int i = 0; i < old.length; i++) {
      ring[slot(first + i)] = old[(from + i) & (old.length - 1)];
    }
  }

  private static long bytes(Result result) {
    return (long) result.input().size() + result.output().size();
  }
}
