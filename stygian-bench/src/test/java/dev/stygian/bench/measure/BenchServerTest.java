package dev.stygian.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a server that the user names. */
final class BenchServerTest {
  private static final String SLOWER_THAN = "slowlog-log-slower-than";

  @TempDir static Path folder;

  private static EmbeddedRedis server;
  private static RedisClient client;
  private static RedisCommands<String, String> ask;

  @BeforeAll
  static void start() {
    server = EmbeddedRedis.start(ServerBinary.carried(), folder, List.of("--save", ""));
    client = RedisClient.create(server.url());
    ask = client.connect().sync();
  }

  @AfterAll
  static void stop() {
    client.shutdown();
    server.close();
  }

  @BeforeEach
  void fillAnotherDatabase() {
    ask.flushall();
    ask.select(0);
    ask.set("somebody", "else's");
  }

  private static Setup onDatabase(int number) {
    return new Setup(
        Optional.of(server.url() + "/" + number),
        "redis-6.2",
        1,
        true,
        false,
        10,
        1,
        Optional.empty());
  }

  @Test
  void itIsLeftAsItWasFound() {
    String before = ask.configGet(SLOWER_THAN).get(SLOWER_THAN);
    try (BenchServer bench = BenchServer.start(onDatabase(1))) {
      bench.ask().set("ours", "1");
      bench.empty();
      bench.ask().set("ours", "2");
      bench.watchSlowCommands(3);
      assertThat(ask.configGet(SLOWER_THAN)).containsEntry(SLOWER_THAN, "3000");
    }
    assertThat(ask.get("somebody")).isEqualTo("else's");
    assertThat(ask.configGet(SLOWER_THAN)).containsEntry(SLOWER_THAN, before);
    ask.select(1);
    assertThat(ask.dbsize()).isZero();
  }

  @Test
  void oneCaseMayFollowAnother() {
    for (int i = 0; i < 2; i++) {
      try (BenchServer bench = BenchServer.start(onDatabase(1))) {
        bench.ask().set("ours", "1");
        assertThat(bench.ask().dbsize()).isEqualTo(1);
      }
    }
  }

  @Test
  void aDatabaseWithKeysIsRefusedAndKeepsThem() {
    assertThatThrownBy(() -> BenchServer.start(onDatabase(0)))
        .isInstanceOf(SettingInvalidException.class)
        .hasMessageContaining("holds keys");
    assertThat(ask.get("somebody")).isEqualTo("else's");
  }

  @Test
  void slowCommandsAreToldThoseOfOthersAndNotItsOwn() {
    try (BenchServer bench = BenchServer.start(onDatabase(1))) {
      bench.watchSlowCommands(1);
      String slow = "for i = 1, 3e6 do local _ = i end return 1";
      ask.evalsha(ask.scriptLoad(slow), ScriptOutputType.INTEGER);
      bench.ask().eval(slow, ScriptOutputType.INTEGER);

      assertThat(bench.slowCommands())
          .startsWith("SLOWLOG: of 2 calls of scripts 1 took over 1 ms, the longest ")
          .contains("ms (evalsha); of other commands ");
    }
  }

  @Test
  void slowCommandsOfAnyKindAreTold() {
    try (BenchServer bench = BenchServer.start(onDatabase(1))) {
      bench.watchSlowCommands(1);
      ask.sadd(
          "big", IntStream.range(0, 50_000).mapToObj(Integer::toString).toArray(String[]::new));
      ask.sort("big");

      assertThat(bench.slowCommands()).contains("(sort)");
      bench.watchSlowCommands(1);
      assertThat(bench.slowCommands()).endsWith("of other commands 0.");
    }
  }

  @Test
  void whatTheServerDoesByItselfIsTold() {
    try (BenchServer bench = BenchServer.start(onDatabase(1))) {
      bench.watchSlowCommands(60_000);
      assertThat(bench.ownPauses())
          .isEqualTo("LATENCY: nothing of the server's own took over 60000 ms.");
    }
  }
}
