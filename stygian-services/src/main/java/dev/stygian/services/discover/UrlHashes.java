package dev.stygian.services.discover;

/**
 * A set of 64-bit hashes of URLs: 11 to 21 bytes for each, where a {@code HashSet} of them takes
 * some 60. Not thread-safe.
 */
final class UrlHashes {
  private static final long NONE = 0;
  private static final int FIRST_SLOTS = 4;

  private long[] slots = new long[FIRST_SLOTS];
  private int size;

  int size() {
    return size;
  }

  boolean contains(long hash) {
    long kept = kept(hash);
    return slots[slot(kept)] == kept;
  }

  /** Whether the hash is new. */
  boolean add(long hash) {
    long kept = kept(hash);
    int slot = slot(kept);
    if (slots[slot] == kept) {
      return false;
    }
    slots[slot] = kept;
    size++;
    if (size > slots.length / 4 * 3) {
      grow();
    }
    return true;
  }

  /** What marks an empty slot stands for itself by its neighbour. */
  private static long kept(long hash) {
    return hash == NONE ? NONE + 1 : hash;
  }

  /** Where a hash is, or the empty slot where it would be: there always is one. */
  private int slot(long kept) {
    int last = slots.length - 1;
    int slot = (int) ((kept * 0x9e3779b97f4a7c15L) >>> 32) & last;
    while (slots[slot] != NONE && slots[slot] != kept) {
      slot = (slot + 1) & last;
    }
    return slot;
  }

  private void grow() {
    long[] all = slots;
    slots = new long[all.length * 2];
    for (long kept : all) {
      if (kept != NONE) {
        slots[slot(kept)] = kept;
      }
    }
  }
}
