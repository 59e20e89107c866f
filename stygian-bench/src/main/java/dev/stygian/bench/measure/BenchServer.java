package dev.stygian.bench.measure;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The server of a case: a private one on a free port, or the one that the user named. */
public final class BenchServer implements AutoCloseable {
  /** What the servers are called on the command line. */
  public static final List<String> NAMES = List.of("redis-6.2", "redis-7", "valkey-8");

  /** What is measured on unless the command line names another. */
  public static final String USUAL =
      ServerBinary.onPath("redis-server").isPresent() ? "redis-7" : "redis-6.2";

  private static final Pattern COMMAND = Pattern.compile("calls=(\\d+),usec=(\\d+),");
  private static final List<String> IN_MEMORY = List.of("--save", "", "--appendonly", "no");
  private static final List<String> WATCH_SETTINGS =
      List.of("slowlog-log-slower-than", "slowlog-max-len", "latency-monitor-threshold");
  private static final String OWN_NAME = "stygian-bench-asks";

  private final String url;
  private final Optional<EmbeddedRedis> own;
  private final Optional<WorkFolder> folder;
  private final RedisClient client;
  private final StatefulRedisConnection<String, String> connection;
  private final Map<String, String> settingsBefore = new HashMap<>();
  private int slowMillis;
  private long scriptsBefore;

  private BenchServer(String url, Optional<EmbeddedRedis> own, Optional<WorkFolder> folder) {
    this.url = url;
    this.own = own;
    this.folder = folder;
    this.client = RedisClient.create(url);
    this.connection = client.connect(StringCodec.UTF8);
    ask().clientSetname(OWN_NAME);
  }

  /** A server without persistence. */
  public static BenchServer start(Setup setup) {
    return start(setup, IN_MEMORY);
  }

  /**
   * A server with these options; the options do not reach one that the user named.
   *
   * @throws SettingInvalidException where the named one holds keys, which this would delete
   */
  public static BenchServer start(Setup setup, List<String> options) {
    if (setup.redisUrl().isPresent()) {
      String url = setup.redisUrl().get();
      BenchServer given = new BenchServer(url, Optional.empty(), Optional.empty());
      if (given.ask().dbsize() > 0) {
        given.disconnect();
        throw new SettingInvalidException(
            "the server of --redis holds keys, and the bench empties what it measures on; name a"
                + " server or a database without keys");
      }
      return given;
    }
    try {
      WorkFolder folder = WorkFolder.create();
      EmbeddedRedis server = EmbeddedRedis.start(binary(setup.server()), folder.path(), options);
      return new BenchServer(server.url(), Optional.of(server), Optional.of(folder));
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder for the server's data", e);
    }
  }

  /** The program of one of {@link #NAMES}. */
  public static ServerBinary binary(String name) {
    Optional<ServerBinary> found =
        switch (name) {
          case "redis-6.2" -> Optional.of(ServerBinary.carried());
          case "redis-7" -> ServerBinary.onPath("redis-server");
          case "valkey-8" -> ServerBinary.onPath("valkey-server");
          default ->
              throw new SettingInvalidException(
                  "no server \"" + name + "\"; there are " + String.join(", ", NAMES));
        };
    return found.orElseThrow(() ->
        new QueueUnavailableException(
            name + " is not installed here; name another --server, or one that runs by --redis"));
  }

  public String url() {
    return url;
  }

  /** The commands of a connection that no measurement uses. */
  public RedisCommands<String, String> ask() {
    return connection.sync();
  }

  /** Deletes all keys of the database, and returns when their memory is free. */
  public void empty() {
    ask().flushdb();
  }

  /** The server's own CPU time so far, user and system, all of its threads. */
  public double cpuMicros() {
    return 1e6 * (number("cpu", "used_cpu_user") + number("cpu", "used_cpu_sys"));
  }

  /** The bytes that the server has taken from the allocator. */
  public double usedBytes() {
    return number("memory", "used_memory");
  }

  /** Every key there is, sorted, with its type, its size in memory and how long it still lives. */
  public List<String> keys() {
    return ask().keys("*").stream()
        .sorted()
        .map(key -> {
          long millis = ask().pttl(key);
          return "`%s`: %s, %,d B, %s"
              .formatted(
                  key,
                  ask().type(key),
                  ask().memoryUsage(key),
                  millis < 0 ? "no time to live" : "lives %,d s".formatted(millis / 1000));
        })
        .toList();
  }

  /** Notes from now on what holds up the others for at least so many milliseconds. */
  public void watchSlowCommands(int millis) {
    for (String setting : WATCH_SETTINGS) {
      settingsBefore.computeIfAbsent(setting, name -> ask().configGet(name).get(name));
    }
    slowMillis = millis;
    scriptsBefore = scripts().calls();
    ask().configSet("slowlog-log-slower-than", Integer.toString(1000 * millis));
    ask().configSet("slowlog-max-len", "10000");
    ask().configSet("latency-monitor-threshold", Integer.toString(millis));
    ask().slowlogReset();
    latency("RESET");
  }

  /**
   * A sentence on the scripts and on all other commands since {@link #watchSlowCommands}, but for
   * those of {@link #ask}.
   */
  public String slowCommands() {
    List<Slow> all =
        ask().slowlogGet(10_000).stream()
            .map(entry -> Slow.of((List<?>) entry))
            .filter(slow -> !slow.client().equals(OWN_NAME))
            .toList();
    List<Slow> scripts = all.stream().filter(Slow::isScript).toList();
    List<Slow> others = all.stream().filter(slow -> !slow.isScript()).toList();
    return "SLOWLOG: of %,d calls of scripts %,d took over %d ms%s; of other commands %,d%s."
        .formatted(
            scripts().calls() - scriptsBefore,
            scripts.size(),
            slowMillis,
            longest(scripts),
            others.size(),
            longest(others));
  }

  /**
   * A sentence on what else held the server up since {@link #watchSlowCommands}: what it does by
   * itself, such as dropping what expired, is in no SLOWLOG.
   */
  public String ownPauses() {
    String pauses =
        latency("LATEST").stream()
            .map(event -> (List<?>) event)
            .filter(event -> !String.valueOf(event.getFirst()).endsWith("command"))
            .map(event -> "%s for %s ms at most".formatted(event.getFirst(), event.getLast()))
            .collect(Collectors.joining(", "));
    return "LATENCY: %s of the server's own took over %d ms."
        .formatted(pauses.isEmpty() ? "nothing" : pauses, slowMillis);
  }

  private List<?> latency(String word) {
    return ask()
        .dispatch(
            () -> "LATENCY".getBytes(US_ASCII),
            new NestedMultiOutput<>(StringCodec.UTF8),
            new CommandArgs<>(StringCodec.UTF8).add(word));
  }

  /** An entry of SLOWLOG. */
  private record Slow(String command, long micros, String client) {
    static Slow of(List<?> entry) {
      List<?> words = (List<?>) entry.get(3);
      return new Slow(
          String.valueOf(words.getFirst()).toLowerCase(Locale.ROOT),
          (Long) entry.get(2),
          String.valueOf(entry.get(5)));
    }

    boolean isScript() {
      return command.startsWith("eval");
    }
  }

  private static String longest(List<Slow> all) {
    return all.stream()
        .max(Comparator.comparingLong(Slow::micros))
        .map(slow -> ", the longest %.1f ms (%s)".formatted(slow.micros() / 1e3, slow.command()))
        .orElse("");
  }

  /** What the server has done by scripts so far: how often one was called, and how long it took. */
  public record Scripts(long calls, long micros) {
    /** Microseconds of a call since then. */
    public double microsPerCallSince(Scripts before) {
      return (micros - before.micros) / (double) Math.max(1, calls - before.calls);
    }
  }

  /** All calls of scripts since the server's start. */
  public Scripts scripts() {
    String statistics = ask().info("commandstats");
    long calls = 0;
    long micros = 0;
    for (String name : List.of("cmdstat_evalsha", "cmdstat_eval")) {
      Matcher of = COMMAND.matcher(field(statistics, name).orElse(""));
      if (of.lookingAt()) {
        calls += Long.parseLong(of.group(1));
        micros += Long.parseLong(of.group(2));
      }
    }
    return new Scripts(calls, micros);
  }

  /** The version as the server tells it, such as {@code redis 7.0.15}. */
  public String version() {
    String info = ask().info("server");
    return field(info, "valkey_version")
        .map(v -> "valkey " + v)
        .or(() -> field(info, "redis_version").map(v -> "redis " + v))
        .orElse("unknown");
  }

  private double number(String section, String name) {
    return field(ask().info(section), name)
        .map(Double::parseDouble)
        .orElseThrow(() -> new IllegalStateException("INFO " + section + " tells no " + name));
  }

  static Optional<String> field(String info, String name) {
    return info.lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst();
  }

  private void disconnect() {
    connection.close();
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }

  /** Leaves a server that the user named as it was found: without keys, and with its settings. */
  @Override
  public void close() {
    if (own.isEmpty()) {
      empty();
      settingsBefore.forEach(ask()::configSet);
    }
    disconnect();
    own.ifPresent(EmbeddedRedis::close);
    if (folder.isPresent()) {
      try {
        folder.get().close();
      } catch (IOException e) {
        throw new UncheckedIOException("the server's data cannot be removed", e);
      }
    }
  }
}
