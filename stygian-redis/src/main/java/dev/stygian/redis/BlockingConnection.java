package dev.stygian.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A connection on which one thread at a time may block. Never throws for a server out of reach, and
 * then waits as long as it would have blocked.
 */
final class BlockingConnection {
  private static final Duration WAIT_ENDS_WITHIN = Duration.ofSeconds(2);

  private final RedisLink link;
  private final Connections connections;
  private final Keys keys;
  private @Nullable StatefulRedisConnection<byte[], byte[]> connection;

  BlockingConnection(RedisLink link, Connections connections, Keys keys) {
    this.link = link;
    this.connections = connections;
    this.keys = keys;
  }

  /**
   * Waits at the server for an element of one of these lists, at most {@code wait}, and has it run
   * a script right then.
   *
   * @param stop makes the wait at the server end; called where this thread is interrupted, and
   *     after {@code exactly}: the server by itself notices a tenth of a second late that the time
   *     is over
   * @return what the script replied, with the interrupt set again if there was one; empty where it
   *     was not answered: then the whole wait has passed, or the server does not know the script
   */
  Optional<List<?>> await(
      byte[][] lists,
      Duration wait,
      Duration exactly,
      LuaScript script,
      List<byte[]> arguments,
      Runnable stop)
      throws InterruptedException {
    byte[][] all = arguments.toArray(byte[][]::new);
    return blocking(
        wait,
        open -> {
          GatheredCommands server = new GatheredCommands(open);
          RedisFuture<?> signal = server.blpop(Math.max(0.001, wait.toNanos() / 1e9), lists);
          RedisFuture<List<?>> reply =
              server.evalsha(script.sha(), ScriptOutputType.MULTI, keys.fixed(), all);
          server.send();
          try {
            List<?> replied = reply(reply, exactly, stop);
            Answers.await(signal, Answers.COMMAND_TIME); // it came first, and may be an error
            return Optional.of(replied);
          } catch (RedisNoScriptException _) {
            return Optional.empty();
          }
        });
  }

  /**
   * Sends a command that blocks at most {@code wait} at the server.
   *
   * @return empty where nothing came, or where the server could not be asked: then the whole wait
   *     has passed as well
   */
  <T> Optional<T> await(RedisLink.Command<T> command, Duration wait) throws InterruptedException {
    return blocking(
        wait,
        open ->
            Optional.ofNullable(Answers.await(command.send(open.async()), wait.plusSeconds(2))));
  }

  private <T> Optional<T> blocking(Duration wait, RedisLink.Exchange<Optional<T>> exchange)
      throws InterruptedException {
    long end = System.nanoTime() + wait.toNanos();
    try {
      return exchange.over(open());
    } catch (RedisException e) {
      Answers.rethrowInterrupt(e);
      if (link.passes(e, "wait").isLost()) {
        drop();
      }
      long left = end - System.nanoTime();
      if (left > 0) {
        TimeUnit.NANOSECONDS.sleep(left);
      }
      return Optional.empty();
    }
  }

  private StatefulRedisConnection<byte[], byte[]> open() {
    StatefulRedisConnection<byte[], byte[]> open = connection;
    if (open == null || !open.isOpen()) {
      open = connections.open();
      connection = open;
      ServerCheck.checkProtocol(open.sync().hget(keys.meta(), Keys.bytes("protocol")));
    }
    return open;
  }

  private void drop() {
    StatefulRedisConnection<byte[], byte[]> broken = connection;
    if (broken != null && broken.isOpen()) {
      CompletableFuture<Void> _ = broken.closeAsync();
    }
  }

  /** Unlike Lettuce's own wait, an interrupt stays one here. */
  private static boolean endsWithin(RedisFuture<?> future, Duration time)
      throws InterruptedException {
    try {
      Object _ = future.toCompletableFuture().get(time.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException | CancellationException _) { // told by whoever reads the reply
      return true;
    } catch (TimeoutException _) {
      return false;
    }
  }

  private static List<?> reply(RedisFuture<List<?>> reply, Duration exactly, Runnable stop)
      throws InterruptedException {
    try {
      if (!endsWithin(reply, exactly)) {
        stop.run();
      }
      return Answers.await(reply, WAIT_ENDS_WITHIN);
    } catch (InterruptedException e) {
      stop.run();
      return Answers.afterInterrupt(reply, e);
    }
  }
}
