package dev.stygian.graph.queue;

import dev.stygian.graph.queue.Lease.StoredResult;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * The results that stand under idempotency keys; the first wins. Each lives for the time that its
 * run says, less only where the budget is used up: then the oldest go. The budget counts what an
 * entry costs in memory, and is never more than an eighth of the heap. Guarded by the queue's lock.
 */
final class ResultStore {
  /** Larger results are not stored. */
  static final int LARGEST_BYTES = 16 << 10;

  // what an entry takes beside the result's bytes: key, entry, records, their headers
  private static final long ENTRY_BYTES = 192;
  private static final int HEAP_SHARE = 8;

  private final long ceiling;
  private final LinkedHashMap<IdempotencyKey, Entry> entries = new LinkedHashMap<>();
  private long bytes;

  private record Entry(StoredResult result, Optional<StoredResult> present, long expires) {}

  ResultStore(long heapBytes) {
    this.ceiling = heapBytes / HEAP_SHARE;
  }

  Optional<StoredResult> find(IdempotencyKey key, long now) {
    Entry entry = entries.get(key);
    if (entry == null || entry.expires <= now) {
      return Optional.empty();
    }
    return entry.present;
  }

  /** Stores a result if it may be and none stands there; returns the one that is valid. */
  StoredResult store(IdempotencyKey key, StoredResult result, RunLimits limits, long now) {
    Entry old = entries.get(key);
    if (old != null) {
      if (old.expires > now) {
        return old.result;
      }
      entries.remove(key);
      bytes -= cost(old.result);
    }
    if (result.output().size() > LARGEST_BYTES) {
      return result;
    }
    entries.put(
        key, new Entry(result, Optional.of(result), Deadline.after(now, limits.resultTtl())));
    bytes += cost(result);
    trim(Math.min(limits.resultBudget(), ceiling), now);
    return result;
  }

  private void trim(long budget, long now) {
    Iterator<Entry> oldest = entries.values().iterator();
    while (oldest.hasNext()) {
      Entry entry = oldest.next();
      if (bytes <= budget && entry.expires > now) {
        return;
      }
      oldest.remove();
      bytes -= cost(entry.result);
    }
  }

  void forgetExpired(long now) {
    trim(Long.MAX_VALUE, now);
  }

  int size() {
    return entries.size();
  }

  private static long cost(StoredResult result) {
    return ENTRY_BYTES + result.output().size();
  }
}
