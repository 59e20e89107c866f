package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.Lease.StoredResult;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The results that stand under idempotency keys; the first wins. Each lives for the time that its
 * run says, less only where the budget is used up: then the oldest go. The budget counts what an
 * entry costs in memory, and is never more than an eighth of the heap. Guarded by the queue's lock.
 *
 * <p>Results are written one after the other into a log of byte arrays, and {@link ResultIndex}
 * tells where a key's is. So a million of them are no objects that the garbage collector visits or
 * copies, storing one is a copy of its bytes, and the oldest go by moving the start of the log. An
 * entry never crosses the end of its segment; a length of -1, or too little space for another
 * entry's head, says that the segment ends there.
 */
final class ResultStore {
  /** Larger results are not stored, and none that lies in a blob: that goes with its run. */
  static final int LARGEST_BYTES = 16 << 10;

  private static final int SEGMENT_SHIFT = 18;
  private static final int SEGMENT_BYTES = 1 << SEGMENT_SHIFT;
  private static final int EXPIRES_AT = 0;
  private static final int ATTEMPTS_AT = 8;
  private static final int LENGTH_AT = 12;
  private static final int KEY_AT = 16;
  private static final int HEAD_BYTES = KEY_AT + IdempotencyKey.BYTES;
  private static final int HEAP_SHARE = 8;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final long ceiling;
  private final ResultIndex index = new ResultIndex(this::keyHash);

  /** The segments from the one that holds {@link #first} on. */
  private final List<byte[]> segments = new ArrayList<>();

  private byte @Nullable [] spare;
  private long first;
  private long next;

  ResultStore(long heapBytes) {
    this.ceiling = heapBytes / HEAP_SHARE;
  }

  Optional<StoredResult> find(IdempotencyKey key, long now) {
    long position = position(key);
    return position < 0 || expires(position) <= now
        ? Optional.empty()
        : Optional.of(result(position));
  }

  /** Stores a result if it may be and none stands there; returns the one that is valid. */
  StoredResult store(IdempotencyKey key, StoredResult result, RunLimits limits, long now) {
    long old = position(key);
    if (old >= 0) {
      if (expires(old) > now) {
        return result(old);
      }
      index.remove(key.hashCode(), old);
    }
    if (result.output().size() > LARGEST_BYTES || result.output().isReference()) {
      return result;
    }
    append(key, result, Deadline.after(now, limits.resultTtl()));
    trim(Math.min(limits.resultBudget(), ceiling), now);
    return result;
  }

  private void append(IdempotencyKey key, StoredResult result, long expires) {
    byte[] output = result.output().bytes();
    int free = SEGMENT_BYTES - offset(next);
    if (free < HEAD_BYTES + output.length) {
      if (free >= HEAD_BYTES) {
        INTS.set(segment(next), offset(next) + LENGTH_AT, -1);
      }
      next += free;
    }
    if (segmentNumber(next) == segments.size()) {
      segments.add(spare == null ? new byte[SEGMENT_BYTES] : spare);
      spare = null;
    }
    byte[] segment = segment(next);
    int at = offset(next);
    LONGS.set(segment, at + EXPIRES_AT, expires);
    INTS.set(segment, at + ATTEMPTS_AT, result.attempts());
    INTS.set(segment, at + LENGTH_AT, output.length);
    System.arraycopy(key.bytes(), 0, segment, at + KEY_AT, IdempotencyKey.BYTES);
    System.arraycopy(output, 0, segment, at + HEAD_BYTES, output.length);
    index.add(key.hashCode(), next);
    next += HEAD_BYTES + output.length;
  }

  /** Lets the oldest go: those that are expired, and as many more as the budget asks for. */
  private void trim(long budget, long now) {
    while (first < next) {
      int length = segmentEndsAt(first) ? -1 : length(first);
      if (length < 0) {
        moveFirst(first - offset(first) + SEGMENT_BYTES);
        continue;
      }
      if (next - first + index.bytes() <= budget && expires(first) > now) {
        return;
      }
      index.remove(keyHash(first), first);
      moveFirst(first + HEAD_BYTES + length);
    }
  }

  private void moveFirst(long to) {
    if (to >> SEGMENT_SHIFT != first >> SEGMENT_SHIFT) {
      spare = segments.removeFirst();
    }
    first = to;
  }

  void forgetExpired(long now) {
    trim(Long.MAX_VALUE, now);
  }

  int size() {
    return index.size();
  }

  /** Where a key's result is; -1 where there is none. */
  private long position(IdempotencyKey key) {
    int hash = key.hashCode();
    for (int slot = index.slot(hash); slot >= 0; slot = index.slotAfter(slot, hash)) {
      long position = index.position(slot);
      int at = offset(position) + KEY_AT;
      if (Arrays.equals(
          segment(position), at, at + IdempotencyKey.BYTES, key.bytes(), 0, IdempotencyKey.BYTES)) {
        return position;
      }
    }
    return -1;
  }

  private StoredResult result(long position) {
    byte[] segment = segment(position);
    int at = offset(position) + HEAD_BYTES;
    Payload output = Payload.ofBytes(Arrays.copyOfRange(segment, at, at + length(position)));
    return new StoredResult(output, (int) INTS.get(segment, offset(position) + ATTEMPTS_AT));
  }

  private int keyHash(long position) {
    return IdempotencyKey.hash(segment(position), offset(position) + KEY_AT);
  }

  private long expires(long position) {
    return (long) LONGS.get(segment(position), offset(position) + EXPIRES_AT);
  }

  private int length(long position) {
    return (int) INTS.get(segment(position), offset(position) + LENGTH_AT);
  }

  private static boolean segmentEndsAt(long position) {
    return SEGMENT_BYTES - offset(position) < HEAD_BYTES;
  }

  private byte[] segment(long position) {
    return segments.get(segmentNumber(position));
  }

  private int segmentNumber(long position) {
    return (int) ((position >> SEGMENT_SHIFT) - (first >> SEGMENT_SHIFT));
  }

  private static int offset(long position) {
    return (int) position & (SEGMENT_BYTES - 1);
  }
}
