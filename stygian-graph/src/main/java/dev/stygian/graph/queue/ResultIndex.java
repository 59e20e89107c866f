package dev.stygian.graph.queue;

import java.util.function.LongToIntFunction;

/**
 * Where the results of a {@link ResultStore} lie, by the hash of their keys: an open table with
 * linear probing, at most half full. A slot is a position, with a part of the hash in its upper
 * bits, so that hardly any key is compared that is not the one sought; 0 is an empty slot. Guarded
 * by the queue's lock.
 */
final class ResultIndex {
  private static final int POSITION_BITS = 48;
  private static final long POSITION = (1L << POSITION_BITS) - 1;
  private static final int SMALLEST = 1 << 10;

  // an odd number without a pattern, after Knuth: the golden ratio's share of 2^32
  private static final int SPREAD = 0x9E3779B9;

  private final LongToIntFunction keyHash;
  private long[] slots = new long[SMALLEST];
  private int size;

  /**
   * An empty index.
   *
   * @param keyHash the hash of the key at a position
   */
  ResultIndex(LongToIntFunction keyHash) {
    this.keyHash = keyHash;
  }

  int size() {
    return size;
  }

  /** What the entries of the index take. */
  long bytes() {
    return 2L * Long.BYTES * size;
  }

  void add(int hash, long position) {
    if (2 * (size + 1) > slots.length) {
      resize(2 * slots.length);
    }
    size++;
    put(hash, position);
  }

  private void put(int hash, long position) {
    int slot = home(hash);
    while (slots[slot] != 0) {
      slot = after(slot);
    }
    slots[slot] = tag(hash) | (position + 1);
  }

  /** The first slot that may be of a key of this hash; -1 where there is none. */
  int slot(int hash) {
    return seek(home(hash), hash);
  }

  /** The next such slot. */
  int slotAfter(int slot, int hash) {
    return seek(after(slot), hash);
  }

  private int seek(int from, int hash) {
    long tag = tag(hash);
    int slot = from;
    while (slots[slot] != 0) {
      if ((slots[slot] & ~POSITION) == tag) {
        return slot;
      }
      slot = after(slot);
    }
    return -1;
  }

  long position(int slot) {
    return (slots[slot] & POSITION) - 1;
  }

  /** Removes an entry, if it is there. */
  void remove(int hash, long position) {
    int slot = slot(hash);
    while (slot >= 0 && position(slot) != position) {
      slot = slotAfter(slot, hash);
    }
    if (slot < 0) {
      return;
    }
    size--;
    // what stands behind moves up, unless it would come to stand before its home
    int hole = slot;
    for (int next = after(hole); slots[next] != 0; next = after(next)) {
      int home = home(keyHash.applyAsInt(position(next)));
      boolean mayMove = distance(home, next) >= distance(hole, next);
      if (mayMove) {
        slots[hole] = slots[next];
        hole = next;
      }
    }
    slots[hole] = 0;
    if (slots.length > SMALLEST && 16 * size < slots.length) {
      resize(slots.length / 4);
    }
  }

  private void resize(int length) {
    long[] old = slots;
    slots = new long[length];
    for (long each : old) {
      if (each != 0) {
        long position = (each & POSITION) - 1;
        put(keyHash.applyAsInt(position), position);
      }
    }
  }

  private int home(int hash) {
    return (hash * SPREAD) >>> (Integer.SIZE - Integer.numberOfTrailingZeros(slots.length));
  }

  private static long tag(int hash) {
    return (long) (hash & 0xffff) << POSITION_BITS;
  }

  private int after(int slot) {
    return (slot + 1) & (slots.length - 1);
  }

  private int distance(int from, int to) {
    return (to - from) & (slots.length - 1);
  }
}
