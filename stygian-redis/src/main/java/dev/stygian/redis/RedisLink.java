package dev.stygian.redis;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.error.QueueRefusedException;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.settings.Durability;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the server of one queue, and the only place that talks to it. A command that meets a
 * server that is away, loading, full, read-only or no more the queue's is tried again with back-off
 * until the settings' patience ends; every script can take a repeat. Thread-safe.
 */
final class RedisLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 1000;
  private static final long REPLICA_MILLIS = 1000;
  private static final long FENCE_MILLIS = 1000;
  private static final byte[] FENCE = {'1'};
  private static final long COMPLAIN_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final RedisSettings settings;
  private final Keys keys;
  private final Connections connections;
  private final SharedConnection commands;
  private final AtomicLong lastComplaint = new AtomicLong(System.nanoTime() - COMPLAIN_EVERY_NANOS);
  private Optional<SharedConnection> waiting = Optional.empty();
  private volatile Runnable relief = () -> {};
  private volatile boolean closed;

  RedisLink(RedisSettings settings, Keys keys) {
    this(settings, keys, new Connections(settings, keys));
  }

  private RedisLink(RedisSettings settings, Keys keys, Connections connections) {
    this.settings = settings;
    this.keys = keys;
    this.connections = connections;
    this.commands = shared();
    if (!connections.take()) {
      throw new SettingInvalidException(
          "REDIS_MAX_CONNECTIONS leaves no connection for queue "
              + settings.queueName()
              + "; each queue needs one");
    }
  }

  /** Another queue at the same place, under the same bound on connections. */
  RedisLink another(RedisSettings ofQueue, Keys ofThat) {
    return new RedisLink(ofQueue, ofThat, connections.ofQueue(ofThat));
  }

  /** Sets what is to be tried whenever the server's memory is full, before the next try. */
  void whenFull(Runnable freeing) {
    relief = freeing;
  }

  /** Runs a script once, without another try where it fails. */
  void attempt(LuaScript script, List<byte[]> arguments) {
    byte[][] all = arguments.toArray(byte[][]::new);
    try {
      Answers.settle(
          commands
              .open()
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

  /**
   * As {@link #list}; what is sent is made anew for each try, also where the server accepted it and
   * no replica confirmed that.
   */
  List<?> list(LuaScript script, Durability durability, Supplier<Prepared> call)
      throws InterruptedException {
    String what = script.name().toLowerCase(Locale.ROOT);
    return switch (durability) {
      case SERVER -> exchange(what, commands, connection -> call(connection, script, call.get()));
      case REPLICATED ->
          exchange(
              what,
              replicated(),
              connection -> {
                List<?> reply = call(connection, script, call.get());
                awaitReplica(connection);
                return reply;
              });
    };
  }

  private List<?> call(
      StatefulRedisConnection<byte[], byte[]> connection, LuaScript script, Prepared prepared)
      throws InterruptedException {
    GatheredCommands server = new GatheredCommands(connection);
    List<RedisFuture<?>> sent = new ArrayList<>();
    prepared.before.forEach(command -> sent.add(command.send(server)));
    byte[][] all = prepared.arguments.toArray(byte[][]::new);
    RedisFuture<List<?>> reply =
        server.evalsha(script.sha(), ScriptOutputType.MULTI, keys.fixed(), all);
    server.send();
    for (RedisFuture<?> future : sent) {
      Answers.settle(future);
    }
    try {
      return Answers.settle(reply);
    } catch (RedisNoScriptException e) {
      RedisFuture<List<?>> again =
          connection.async().eval(script.text(), ScriptOutputType.MULTI, keys.fixed(), all);
      return Answers.settle(again);
    }
  }

  /** Returns once a replica has all that the server accepted before. */
  void replicate() throws InterruptedException {
    exchange(
        "wait",
        replicated(),
        connection -> {
          awaitReplica(connection);
          return true;
        });
  }

  /**
   * Waits for what this connection wrote last, which is a key of its own: what a call wrote that
   * was made before is then there as well, whoever made it.
   */
  private void awaitReplica(StatefulRedisConnection<byte[], byte[]> connection)
      throws InterruptedException {
    GatheredCommands server = new GatheredCommands(connection);
    RedisFuture<?> written = server.set(keys.fence(), FENCE, SetArgs.Builder.px(FENCE_MILLIS));
    RedisFuture<Long> replicas = server.waitForReplication(1, REPLICA_MILLIS);
    server.send();
    Answers.settle(written);
    if (Answers.settle(replicas) < 1) {
      throw new UnreplicatedException();
    }
  }

  /**
   * A connection beside the one for commands, since what waits for a replica holds up all that is
   * sent behind it; the same one where the cap on connections leaves no other.
   */
  private synchronized SharedConnection replicated() {
    if (waiting.isEmpty()) {
      waiting = Optional.of(connections.take() ? shared() : commands);
    }
    return waiting.get();
  }

  private SharedConnection shared() {
    return new SharedConnection(connections, server -> ServerCheck.check(settings, keys, server));
  }

  /** Sends plain commands together; their replies come in their order. */
  <T> List<T> askAll(String what, List<Command<T>> asked) throws InterruptedException {
    return exchange(
        what,
        commands,
        connection -> {
          GatheredCommands server = new GatheredCommands(connection);
          List<RedisFuture<T>> sent = new ArrayList<>();
          asked.forEach(command -> sent.add(command.send(server)));
          server.send();
          List<T> replies = new ArrayList<>();
          for (RedisFuture<T> future : sent) {
            replies.add(Answers.settle(future));
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
        commands,
        connection -> {
          try {
            return Answers.settle(command.send(connection.async()));
          } catch (RedisNoScriptException e) {
            return Answers.settle(withoutScript.send(connection.async()));
          }
        });
  }

  /** Sends a plain command once, for what is not worth another try; empty where it failed. */
  <T> Optional<T> once(Command<T> command) throws InterruptedException {
    return once(command, command);
  }

  /** As {@link #once}, for a script that replies with a word. */
  Optional<String> wordOnce(LuaScript script, List<byte[]> arguments) throws InterruptedException {
    byte[][] all = arguments.toArray(byte[][]::new);
    return this.<byte[]>once(
            server -> server.evalsha(script.sha(), ScriptOutputType.VALUE, keys.fixed(), all),
            server -> server.eval(script.text(), ScriptOutputType.VALUE, keys.fixed(), all))
        .map(Replies::text);
  }

  private <T> Optional<T> once(Command<T> command, Command<T> withoutScript)
      throws InterruptedException {
    requireOpen();
    try {
      RedisAsyncCommands<byte[], byte[]> server = commands.open().async();
      try {
        return Optional.ofNullable(Answers.settle(command.send(server)));
      } catch (RedisNoScriptException e) {
        return Optional.ofNullable(Answers.settle(withoutScript.send(server)));
      }
    } catch (RedisException e) {
      LOG.atDebug().setCause(e).log("A command that is tried once failed");
      return Optional.empty();
    }
  }

  /** What is tried until it is answered. */
  @FunctionalInterface
  interface Exchange<T> {
    T over(StatefulRedisConnection<byte[], byte[]> connection) throws InterruptedException;
  }

  private <T> T exchange(String what, SharedConnection shared, Exchange<T> exchange)
      throws InterruptedException {
    long giveUp = System.nanoTime() + settings.patience().toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      RedisException failure;
      try {
        requireOpen();
        return exchange.over(shared.open());
      } catch (RedisException e) {
        Answers.rethrowInterrupt(e);
        failure = e;
      } catch (IllegalStateException e) { // as the client says while it is being closed
        requireOpen();
        throw e;
      }
      Trouble trouble = passes(failure, what);
      if (trouble.isLost()) {
        shared.drop();
      } else if (trouble.isFull()) {
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
   * What a failure is that another try may overcome.
   *
   * @throws QueueRefusedException where none will
   */
  Trouble passes(RedisException failure, String what) {
    Trouble trouble = Trouble.of(failure);
    if (closed) {
      throw new QueueClosedException("the queue object of " + settings + " was closed", failure);
    }
    String said = String.valueOf(failure.getMessage());
    boolean passes =
        switch (trouble.kind()) {
          case PASSING, LOST, FULL -> true;
          case CREDENTIALS -> commands.wasServed() && connections.mayChangeCredentials();
          case CERTIFICATE -> commands.wasServed();
          case REFUSED -> false;
        };
    if (!passes) {
      throw new QueueRefusedException(
          settings
              + " refused \""
              + what
              + "\": "
              + MissingRight.advice(said, LuaScript.textOf(what)).orElse(trouble.advice()),
          failure);
    }
    complain(what, trouble);
    connections.wasTold(said);
    return trouble;
  }

  private void requireOpen() {
    if (closed) {
      throw new QueueClosedException("the queue object of " + settings + " was closed");
    }
  }

  /**
   * A connection of its own for commands that block at the server.
   *
   * @return empty where the cap on connections leaves none
   */
  Optional<BlockingConnection> blocking() {
    return connections.take()
        ? Optional.of(new BlockingConnection(this, connections, keys))
        : Optional.empty();
  }

  /**
   * Looks whether the queue is still one of our protocol: it may have been emptied and begun anew
   * by another version while this process runs. Where it is not, everything is refused from now on,
   * since the look at a new connection is.
   */
  void requireProtocol() throws InterruptedException {
    byte[] protocol = ask("hget", server -> server.hget(keys.meta(), Keys.bytes("protocol")));
    try {
      ServerCheck.checkProtocol(protocol);
    } catch (QueueRefusedException e) {
      commands.drop();
      throw e;
    }
  }

  /** Sends commands without waiting for what they come to. */
  void tell(List<Preceding> told) {
    try {
      StatefulRedisConnection<byte[], byte[]> connection = commands.open();
      for (Preceding command : told) {
        RedisFuture<?> _ = command.send(connection.async());
      }
    } catch (RedisException e) {
      LOG.atDebug().setCause(e).log("A command that nobody waits for failed");
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

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      connections.close();
    }
  }
}
