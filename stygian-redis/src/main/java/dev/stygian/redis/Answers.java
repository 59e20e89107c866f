package dev.stygian.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what a server answers. */
final class Answers {
  static final Duration COMMAND_TIME = Duration.ofSeconds(10);
  private static final Duration REPLY_TIME_AFTER_INTERRUPT = Duration.ofSeconds(2);

  private Answers() {}

  /**
   * Awaits a reply although the thread is interrupted, for a while: what a script handed out or
   * booked would be lost on this side otherwise. The interrupt is there again afterwards.
   */
  static <T> T settle(RedisFuture<T> future) throws InterruptedException {
    try {
      return await(future, COMMAND_TIME);
    } catch (InterruptedException e) {
      return afterInterrupt(future, e);
    }
  }

  static <T> T afterInterrupt(RedisFuture<T> future, InterruptedException interrupt)
      throws InterruptedException {
    try {
      return await(future, REPLY_TIME_AFTER_INTERRUPT);
    } catch (RedisNoScriptException answer) {
      throw answer;
    } catch (RedisException unanswered) {
      interrupt.addSuppressed(unanswered);
      throw interrupt;
    } finally {
      Thread.currentThread().interrupt();
    }
  }

  static <T> T await(RedisFuture<T> future, Duration longest) throws InterruptedException {
    try {
      return future.toCompletableFuture().get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RedisException r ? r : new RedisException(e.getCause());
    } catch (CancellationException e) {
      throw new RedisException("the connection was closed", e);
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new RedisException("no answer within " + longest.toSeconds() + " s", e);
    }
  }

  /**
   * Makes an interrupt one again: where this thread was interrupted while it opened a connection,
   * the client says that the connection failed, which is no trouble of the server.
   */
  static void rethrowInterrupt(RedisException failure) throws InterruptedException {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof InterruptedException && Thread.interrupted()) {
        InterruptedException interrupt = new InterruptedException("interrupted at the server");
        interrupt.initCause(failure);
        throw interrupt;
      }
    }
  }
}
