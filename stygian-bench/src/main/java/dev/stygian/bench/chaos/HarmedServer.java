package dev.stygian.bench.chaos;

import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server of a run, which confirms a write only when it is on disk; so whatever it has confirmed
 * survives whatever is done to it here.
 */
final class HarmedServer implements AutoCloseable {
  private static final List<String> OPTIONS =
      List.of(
          "--appendonly",
          "yes",
          "--appendfsync",
          "always",
          "--save",
          "",
          "--auto-aof-rewrite-min-size",
          "32mb");
  private static final Logger LOG = LoggerFactory.getLogger(HarmedServer.class);
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(20);

  private final EmbeddedRedis server;

  private HarmedServer(EmbeddedRedis server) {
    this.server = server;
  }

  static HarmedServer start(ServerBinary binary, Path folder) {
    HarmedServer started = new HarmedServer(EmbeddedRedis.start(binary, folder, OPTIONS));
    // who is paused does not end when it is asked to, as it is when this process ends
    Runtime.getRuntime().addShutdownHook(new Thread(started::resumeAtTheEnd, "chaos-resume"));
    return started;
  }

  String url() {
    return server.url();
  }

  int port() {
    return server.port();
  }

  void kill() {
    server.kill();
  }

  /**
   * Returns when it answers again. Killed while it went on to another append-only file, Redis 7
   * cuts the torn end off the former and refuses to start, but starts the next time, as a
   * supervisor makes it do.
   */
  void startAgain() {
    try {
      server.startAgain();
    } catch (QueueUnavailableException e) {
      LOG.warn("The server did not start; starting it once more", e);
      server.startAgain();
    }
  }

  void pause() throws IOException, InterruptedException {
    Signals.send("STOP", server.pid());
  }

  void resume() throws IOException, InterruptedException {
    Signals.send("CONT", server.pid());
  }

  private void resumeAtTheEnd() {
    try {
      resume();
    } catch (IOException _) {
      // there is no shell to send signals with, so nothing was paused
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets it have no more than so many percent of the memory that it uses now. */
  void fillMemory(long percent) {
    ask(commands -> {
      long used =
          commands
              .info("memory")
              .lines()
              .filter(line -> line.startsWith("used_memory:"))
              .mapToLong(line -> Long.parseLong(line.substring("used_memory:".length()).strip()))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("INFO memory tells no used_memory"));
      return commands.configSet("maxmemory", String.valueOf(Math.max(1, used * percent / 100)));
    });
  }

  /** Lets it have all memory again. */
  void restoreMemory() {
    ask(commands -> commands.configSet("maxmemory", "0"));
  }

  /** Asks it over a connection of its own. */
  <T> T ask(Function<RedisCommands<String, String>, T> question) {
    RedisURI address = RedisURI.create(server.url());
    address.setTimeout(LONGEST_ANSWER);
    RedisClient client = RedisClient.create(address);
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return question.apply(connection.sync());
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
