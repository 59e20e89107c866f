package dev.stygian.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Waits for tasks without polling: one thread blocks at the server on the signals of all services
 * that threads here wait for, the others wait for that thread. Right behind its wait it has sent
 * its request for leases, which the server therefore carries out at once, without a way there and
 * back. A signal is a hint, and every wait ends within a second, so a lost signal costs no more
 * than that.
 */
final class Wakeups {
  private static final Duration LONGEST = Duration.ofSeconds(1);
  private static final Duration POLL = Duration.ofMillis(50);

  private static final byte[] NOW = {'1'};

  private final RedisLink link;
  private final Keys keys;
  private final byte[] stop;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<String> wanted = new HashSet<>();
  private Optional<BlockingConnection> connection = Optional.empty();
  private boolean connected;
  private boolean blocking;
  private long rounds;

  Wakeups(RedisLink link, Keys keys) {
    this.link = link;
    this.keys = keys;
    this.stop = keys.stop(UUID.randomUUID().toString());
  }

  /**
   * Returns when a task of one of the services may be there, or the time is over. An interrupt ends
   * the wait; where the reply has something the interrupt is there afterwards.
   *
   * @param request arguments of the script that leases
   * @return its reply; empty where it was not sent, or not answered
   */
  Optional<List<?>> await(Collection<String> services, Duration longest, List<byte[]> request)
      throws InterruptedException {
    Duration wait = longest.compareTo(LONGEST) < 0 ? longest : LONGEST;
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
        return Optional.empty();
      }
      blocking = true;
      if (!connected) {
        connection = link.blocking();
        connected = true;
      }
      signals =
          Stream.concat(Stream.of(stop), wanted.stream().map(keys::signal)).toArray(byte[][]::new);
      wanted.clear();
    } finally {
      lock.unlock();
    }
    try {
      if (connection.isEmpty()) {
        TimeUnit.NANOSECONDS.sleep(Math.min(wait.toNanos(), POLL.toNanos()));
        return Optional.empty();
      }
      // what is due at a time is waited for by this side's clock; else there is no hurry
      Duration exactly = wait.compareTo(LONGEST) < 0 ? wait : wait.plus(LONGEST);
      return connection
          .get()
          .await(signals, wait, exactly, LuaScript.LEASE, request, this::stopWaiting);
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

  /** Ends the wait at the server. Where this side just went, what it hands out would be lost. */
  private void stopWaiting() {
    link.tell(List.of(server -> server.rpush(stop, NOW), server -> server.pexpire(stop, LONGEST)));
  }
}
