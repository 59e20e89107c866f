package dev.stygian.graph.engine;

import dev.stygian.graph.settings.LastUsed;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Hosts that were seen here to have a pace of their own lately, so that redirects to them are
 * followed in their lanes. Each process knows what it saw itself: the queue is not asked for it,
 * and a redirect may still lead to a host that only others know to be paced. Thread-safe.
 */
final class PacedHosts {
  private static final int MOST_KEPT = 10_000;
  private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Map<String, Long> seenNanos = new LastUsed<>(MOST_KEPT);

  void saw(String host) {
    synchronized (seenNanos) {
      seenNanos.put(host, System.nanoTime());
    }
  }

  boolean has(String host) {
    synchronized (seenNanos) {
      Long seen = seenNanos.get(host);
      return seen != null && System.nanoTime() - seen < KEPT_NANOS;
    }
  }
}
