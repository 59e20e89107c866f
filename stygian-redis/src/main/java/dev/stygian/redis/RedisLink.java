package dev.stygian.redis;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.error.QueueRefusedException;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.SettingInvalidException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one server, and the only place that talks to it. A command that meets a server
 * that is away, loading, full or read-only is tried again with back-off until the settings'
 * patience ends; every script can take a repeat. Thread-safe.
 */
final class RedisLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final Duration COMMAND_TIME = Duration.ofSeconds(10);
  private static final Duration WAIT_ENDS_WITHIN = Duration.ofSeconds(2);
  private static final Duration REPLY_TIME_AFTER_INTERRUPT = Duration.ofSeconds(2);
  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 1000;
  private static final long COMPLAIN_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final RedisSettings settings;
  private final Keys keys;
  private final ClientResources resources;
  private final RedisClient client;
  private final ReentrantLock connecting = new ReentrantLock();

  /** Opened, or kept free for the one that all commands go through. */
  private final AtomicInteger connections = new AtomicInteger(1);

  private final AtomicLong lastComplaint = new AtomicLong(System.nanoTime() - COMPLAIN_EVERY_NANOS);
  private volatile @Nullable StatefulRedisConnection<byte[], byte[]> commands;
  private volatile Runnable relief = () -> {};
  private volatile boolean closed;

  RedisLink(RedisSettings settings, Keys keys) {
    this.settings = settings;
    this.keys = keys;
    this.resources =
        DefaultClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .reconnectDelay(
                Delay.exponential(
                    Duration.ofMillis(FIRST_PAUSE_MILLIS),
                    Duration.ofMillis(LONGEST_PAUSE_MILLIS),
                    2,
                    TimeUnit.MILLISECONDS))
            .build();
    this.client = RedisClient.create(resources, uri(settings.url()));
    client.setOptions(
        ClientOptions.builder()
            .autoReconnect(true)
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .socketOptions(
                SocketOptions.builder()
                    .connectTimeout(Duration.ofSeconds(5))
                    .keepAlive(true)
                    .tcpNoDelay(true)
                    .build())
            .build());
  }

  /** Sets what is to be tried whenever the server's memory is full, before the next try. */
  void whenFull(Runnable freeing) {
    relief = freeing;
  }

  /** Runs a script once, without another try where it fails. */
  void attempt(LuaScript script, List<byte[]> arguments) {
    byte[][] all = arguments.toArray(byte[][]::new);
    try {
      settle(
          commandConnection()
              .async()
              .<byte[]>eval(script.text(), ScriptOutputType.VALUE, keys.fixed(), all));
    } catch (RedisException e) {
      LOG.atDebug().setCause(e).log("A script that was to be tried once failed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One thing to ask of the server. */
  @FunctionalInterface
  interface Command<T> {
    RedisFuture<T> send(RedisAsyncCommands<byte[], byte[]> server);
  }

  /** Runs a script that replies with a list: byte arrays, longs, lists of them. */
  List<?> list(LuaScript script, List<byte[]> arguments) throws InterruptedException {
    byte[][] all = arguments.toArray(byte[][]::new);
    return this.<List<?>>ask(
        script.name().toLowerCase(Locale.ROOT),
        server -> server.evalsha(script.sha(), ScriptOutputType.MULTI, keys.fixed(), all),
        server -> server.eval(script.text(), ScriptOutputType.MULTI, keys.fixed(), all));
  }

  /** Runs a script that replies with a word. */
  String word(LuaScript script, List<byte[]> arguments) throws InterruptedException {
    byte[][] all = arguments.toArray(byte[][]::new);
    return Replies.text(
        this.<byte[]>ask(
            script.name().toLowerCase(Locale.ROOT),
            server -> server.evalsha(script.sha(), ScriptOutputType.VALUE, keys.fixed(), all),
            server -> server.eval(script.text(), ScriptOutputType.VALUE, keys.fixed(), all)));
  }

  /** A plain command of whose reply at most a failure matters. */
  @FunctionalInterface
  interface Preceding {
    RedisFuture<?> send(RedisAsyncCommands<byte[], byte[]> server);
  }

  /** A script's call, and plain commands that are to be carried out right before it. */
  record Prepared(List<Preceding> before, List<byte[]> arguments) {}

  /** As {@link #list}; what is sent is made anew for each try. */
  List<?> list(LuaScript script, Supplier<Prepared> call) throws InterruptedException {
    return exchange(
        script.name().toLowerCase(Locale.ROOT),
        connection -> {
          GatheredCommands server = new GatheredCommands(connection);
          Prepared prepared = call.get();
          List<RedisFuture<?>> sent = new ArrayList<>();
          prepared.before.forEach(command -> sent.add(command.send(server)));
          byte[][] all = prepared.arguments.toArray(byte[][]::new);
          RedisFuture<List<?>> reply =
              server.evalsha(script.sha(), ScriptOutputType.MULTI, keys.fixed(), all);
          server.send();
          for (RedisFuture<?> future : sent) {
            settle(future);
          }
          try {
            return settle(reply);
          } catch (RedisNoScriptException e) {
            RedisFuture<List<?>> again =
                connection.async().eval(script.text(), ScriptOutputType.MULTI, keys.fixed(), all);
            return settle(again);
          }
        });
  }

  /** Sends plain commands together; their replies come in their order. */
  <T> List<T> askAll(String what, List<Command<T>> commands) throws InterruptedException {
    return exchange(
        what,
        connection -> {
          GatheredCommands server = new GatheredCommands(connection);
          List<RedisFuture<T>> sent = new ArrayList<>();
          commands.forEach(command -> sent.add(command.send(server)));
          server.send();
          List<T> replies = new ArrayList<>();
          for (RedisFuture<T> future : sent) {
            replies.add(settle(future));
          }
          return replies;
        });
  }

  /** Sends a plain command. */
  <T> T ask(String what, Command<T> command) throws InterruptedException {
    return ask(what, command, command);
  }

  private <T> T ask(String what, Command<T> command, Command<T> withoutScript)
      throws InterruptedException {
    return exchange(
        what,
        connection -> {
          try {
            return settle(command.send(connection.async()));
          } catch (RedisNoScriptException e) {
            return settle(withoutScript.send(connection.async()));
          }
        });
  }

  /** What is tried until it is answered. */
  @FunctionalInterface
  private interface Exchange<T> {
    T over(StatefulRedisConnection<byte[], byte[]> connection) throws InterruptedException;
  }

  private <T> T exchange(String what, Exchange<T> exchange) throws InterruptedException {
    long giveUp = System.nanoTime() + settings.patience().toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      if (closed) {
        throw new QueueClosedException("the queue object of " + settings + " was closed");
      }
      RuntimeException failure;
      try {
        return exchange.over(commandConnection());
      } catch (RedisException e) {
        failure = e;
      }
      Trouble trouble = Trouble.of(failure);
      if (closed) {
        throw new QueueClosedException("the queue object of " + settings + " was closed", failure);
      }
      if (trouble.isFinal()) {
        throw new QueueRefusedException(
            settings + " refused \"" + what + "\": " + trouble.advice(), failure);
      }
      complain(what, trouble);
      if (trouble.isFull()) {
        relief.run();
      }
      if (System.nanoTime() - giveUp > 0) {
        throw new QueueUnavailableException(
            settings
                + " could not serve \""
                + what
                + "\" for "
                + settings.patience().toSeconds()
                + " s: "
                + trouble.advice(),
            failure);
      }
      Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextLong(pause));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
    }
  }

  /**
   * Opens a connection of its own for commands that block at the server.
   *
   * @return empty where the cap on connections leaves none
   */
  java.util.Optional<BlockingConnection> blocking() {
    if (connections.incrementAndGet() > settings.maxConnections()) {
      connections.decrementAndGet();
      return java.util.Optional.empty();
    }
    return java.util.Optional.of(new BlockingConnection());
  }

  /**
   * A connection on which one thread at a time may block. Never throws for a server out of reach.
   */
  final class BlockingConnection {
    private @Nullable StatefulRedisConnection<byte[], byte[]> connection;

    /**
     * Waits at the server for an element of one of these lists, at most {@code wait}, and has it
     * run a script right then.
     *
     * @param stop makes the wait at the server end; called where this thread is interrupted, and
     *     after {@code exactly}: the server by itself notices a tenth of a second late that the
     *     time is over
     * @return what the script replied, with the interrupt set again if there was one; empty where
     *     it was not answered: then the whole wait has passed, or the server does not know the
     *     script
     */
    java.util.Optional<List<?>> await(
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
              RedisLink.await(signal, COMMAND_TIME); // it came first, and may be an error
              return java.util.Optional.of(replied);
            } catch (RedisNoScriptException _) {
              return java.util.Optional.empty();
            }
          });
    }

    /**
     * Sends a command that blocks at most {@code wait} at the server.
     *
     * @return empty where nothing came, or where the server could not be asked: then the whole wait
     *     has passed as well
     */
    <T> java.util.Optional<T> await(Command<T> command, Duration wait) throws InterruptedException {
      return blocking(
          wait,
          open ->
              java.util.Optional.ofNullable(
                  RedisLink.await(command.send(open.async()), wait.plusSeconds(2))));
    }

    private <T> java.util.Optional<T> blocking(
        Duration wait, Exchange<java.util.Optional<T>> exchange) throws InterruptedException {
      long end = System.nanoTime() + wait.toNanos();
      try {
        StatefulRedisConnection<byte[], byte[]> open = connection;
        if (open == null) {
          open = client.connect(ByteArrayCodec.INSTANCE);
          connection = open;
        }
        return exchange.over(open);
      } catch (RedisException e) {
        if (closed) {
          throw new QueueClosedException("the queue object of " + settings + " was closed", e);
        }
        complain("wait", Trouble.of(e));
        long left = end - System.nanoTime();
        if (left > 0) {
          TimeUnit.NANOSECONDS.sleep(left);
        }
        return java.util.Optional.empty();
      }
    }

    private static List<?> reply(RedisFuture<List<?>> reply, Duration exactly, Runnable stop)
        throws InterruptedException {
      try {
        if (!reply.await(exactly.toNanos(), TimeUnit.NANOSECONDS)) {
          stop.run();
        }
        return RedisLink.await(reply, WAIT_ENDS_WITHIN);
      } catch (InterruptedException e) {
        stop.run();
        return answered(reply, e);
      }
    }
  }

  /** Sends commands without waiting for what they come to. */
  void tell(List<Preceding> told) {
    try {
      StatefulRedisConnection<byte[], byte[]> connection = commandConnection();
      for (Preceding command : told) {
        RedisFuture<?> _ = command.send(connection.async());
      }
    } catch (RedisException e) {
      LOG.atDebug().setCause(e).log("A command that nobody waits for failed");
    }
  }

  boolean isClosed() {
    return closed;
  }

  private StatefulRedisConnection<byte[], byte[]> commandConnection() {
    StatefulRedisConnection<byte[], byte[]> open = commands;
    if (open != null) {
      return open;
    }
    connecting.lock();
    try {
      StatefulRedisConnection<byte[], byte[]> other = commands;
      if (other != null) {
        return other;
      }
      StatefulRedisConnection<byte[], byte[]> made = client.connect(ByteArrayCodec.INSTANCE);
      try {
        ServerCheck.check(settings, keys, made.sync());
      } catch (RuntimeException e) {
        made.close();
        throw e;
      }
      commands = made;
      return made;
    } finally {
      connecting.unlock();
    }
  }

  /**
   * Awaits a reply although the thread is interrupted, for a while: what a script handed out or
   * booked would be lost on this side otherwise. The interrupt is there again afterwards.
   */
  private static <T> T settle(RedisFuture<T> future) throws InterruptedException {
    try {
      return await(future, COMMAND_TIME);
    } catch (InterruptedException e) {
      return answered(future, e);
    }
  }

  private static <T> T answered(RedisFuture<T> future, InterruptedException interrupt)
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

  private static <T> T await(RedisFuture<T> future, Duration longest) throws InterruptedException {
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

  private void complain(String what, Trouble trouble) {
    long now = System.nanoTime();
    long last = lastComplaint.get();
    if (now - last >= COMPLAIN_EVERY_NANOS && lastComplaint.compareAndSet(last, now)) {
      LOG.atWarn()
          .addKeyValue("queue", settings)
          .addKeyValue("command", what)
          .addKeyValue("reason", trouble.advice())
          .log("The queue's server does not answer as it should; waiting and trying again");
    }
  }

  private static RedisURI uri(String url) {
    try {
      return RedisURI.create(url);
    } catch (IllegalArgumentException _) { // its message may repeat the password
      throw new SettingInvalidException(
          "\"" + withoutPassword(url) + "\" is no queue URL; write redis://HOST:PORT");
    }
  }

  static String withoutPassword(String url) {
    return url.replaceAll("//.*@", "//***@");
  }

  @Override
  public void close() {
    connecting.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      connecting.unlock();
    }
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
