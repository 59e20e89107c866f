package dev.stygian.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection that all threads send over, opened anew once it broke. Thread-safe.
 *
 * @see Connections
 */
final class SharedConnection {
  private final Connections connections;
  private final Consumer<RedisCommands<byte[], byte[]>> check;
  private final ReentrantLock opening = new ReentrantLock();
  private final AtomicLong failures = new AtomicLong();
  private @Nullable RuntimeException lastFailure;
  private volatile @Nullable StatefulRedisConnection<byte[], byte[]> current;
  private volatile boolean served;

  /** Looks at each server before it is used; {@code check} throws where it will not do. */
  SharedConnection(Connections connections, Consumer<RedisCommands<byte[], byte[]>> check) {
    this.connections = connections;
    this.check = check;
  }

  /** The connection; who waits while another thread fails to open it shares the failure. */
  StatefulRedisConnection<byte[], byte[]> open() {
    StatefulRedisConnection<byte[], byte[]> usable = current;
    if (usable != null && usable.isOpen()) {
      return usable;
    }
    long before = failures.get();
    opening.lock();
    try {
      StatefulRedisConnection<byte[], byte[]> other = current;
      if (other != null && other.isOpen()) {
        return other;
      } else if (lastFailure != null && failures.get() != before) {
        throw lastFailure;
      }
      return openAnew();
    } catch (RuntimeException e) {
      lastFailure = e;
      failures.incrementAndGet();
      throw e;
    } finally {
      opening.unlock();
    }
  }

  private StatefulRedisConnection<byte[], byte[]> openAnew() {
    StatefulRedisConnection<byte[], byte[]> made = connections.open();
    try {
      check.accept(made.sync());
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
    current = made;
    served = true;
    return made;
  }

  /** Breaks the connection, since it leads to the wrong server, or to one that does not answer. */
  void drop() {
    StatefulRedisConnection<byte[], byte[]> broken = current;
    if (broken != null && broken.isOpen()) {
      CompletableFuture<Void> _ = broken.closeAsync();
    }
  }

  /** Whether there was a server once that let us in. */
  boolean wasServed() {
    return served;
  }
}
