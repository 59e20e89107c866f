package dev.stygian.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Waits for tasks without polling: one thread blocks at the server on the signals of all services
 * that threads here wait for, the others wait for that thread. A signal is a hint; whoever wakes
 * asks again, and every wait ends within a second, so a lost signal costs no more than that.
 */
final class Wakeups {
  private static final Duration LONGEST = Duration.ofSeconds(1);
  private static final Duration POLL = Duration.ofMillis(50);

  private final RedisLink link;
  private final Keys keys;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<String> wanted = new HashSet<>();
  private Optional<RedisLink.BlockingConnection> connection = Optional.empty();
  private boolean connected;
  private boolean blocking;
  private long rounds;

  Wakeups(RedisLink link, Keys keys) {
    this.link = link;
    this.keys = keys;
  }

  /** Returns when a task of one of the services may be there, or the time is over. */
  void await(Collection<String> services, Duration longest) throws InterruptedException {
    Duration wait = longest.compareTo(LONGEST) < 0 ? longest : LONGEST;
    if (wait.isZero()) {
      return;
    }
    byte[][] signals;
    lock.lockInterruptibly();
    try {
      wanted.addAll(services.isEmpty() ? Set.of("") : services);
      if (blocking) {
        long seen = rounds;
        long left = wait.toNanos();
        while (rounds == seen && left > 0) {
          left = changed.awaitNanos(left);
        }
        return;
      }
      blocking = true;
      if (!connected) {
        connection = link.blocking();
        connected = true;
      }
      signals = wanted.stream().map(keys::signal).toArray(byte[][]::new);
      wanted.clear();
    } finally {
      lock.unlock();
    }
    try {
      if (connection.isEmpty()) {
        TimeUnit.NANOSECONDS.sleep(Math.min(wait.toNanos(), POLL.toNanos()));
      } else {
        double seconds = Math.max(0.001, wait.toNanos() / 1e9);
        connection.get().await(server -> server.blpop(seconds, signals), wait);
      }
    } finally {
      lock.lock();
      try {
        blocking = false;
        rounds++;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
