package dev.stygian.redis;

import dev.stygian.graph.queue.IdempotencyKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells of keys whether they are certainly new: of each that was added, 32 bits are kept, in
 * buckets of a cache line each. Where a bucket is full, the next table takes over, which is four
 * times as large. Thread-safe. A key that is new is taken for one that is not with a chance of less
 * than 1 in 40 million; ten million keys take 42 MB.
 */
final class DistinctKeys {
  private static final int BUCKET = 16;
  private static final int FIRST_BUCKETS = 1 << 8;
  private static final int GROWTH = 4;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final AtomicLong room;
  private final List<int[]> tables = new ArrayList<>();
  private long bytes;

  /** Takes the bytes that it keeps from there; where none are left, no key is certainly new. */
  DistinctKeys(AtomicLong room) {
    this.room = room;
  }

  /** Gives its bytes back. */
  synchronized void drop() {
    tables.clear();
    room.addAndGet(bytes);
    bytes = 0;
  }

  /** Adds a key; returns whether it is certain that it was not added before. */
  synchronized boolean add(IdempotencyKey key) {
    byte[] of = key.bytes();
    long mixed =
        mix((long) LONG.get(of, 0) ^ mix((long) LONG.get(of, 8) ^ mix((long) LONG.get(of, 16))));
    int print = (int) (mixed >>> 32);
    int kept = print == 0 ? 1 : print;
    int place = (int) mixed;
    int last = tables.size() - 1;
    for (int i = 0; i <= last; i++) {
      int[] table = tables.get(i);
      int at = bucket(table, place);
      int end = at + BUCKET;
      while (at < end && table[at] != 0) {
        if (table[at] == kept) {
          return false;
        }
        at++;
      }
      if (at < end) {
        // tables behind this one hold none of this bucket's keys
        table[at] = kept;
        return true;
      }
    }
    return grow() && add(key);
  }

  private boolean grow() {
    int size = tables.isEmpty() ? FIRST_BUCKETS * BUCKET : tables.getLast().length * GROWTH;
    long more = (long) size * Integer.BYTES;
    if (room.addAndGet(-more) < 0) {
      room.addAndGet(more);
      return false;
    }
    tables.add(new int[size]);
    bytes += more;
    return true;
  }

  private static int bucket(int[] table, int place) {
    return (place & (table.length / BUCKET - 1)) * BUCKET;
  }

  /**
   * The finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom numbers, 2014).
   */
  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
