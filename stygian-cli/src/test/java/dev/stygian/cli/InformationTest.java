package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code graph}, {@code services} and {@code doctor}. */
final class InformationTest {
  @TempDir private Path folder;

  private Cli cli() {
    return Cli.in(folder);
  }

  @Test
  void graphIsDrawnInEveryFormat() {
    Cli cli = cli();
    Pipelines.writeSite(cli);

    assertThat(cli.run("graph", "site.toml").withCode(ExitCode.OK).out())
        .isEqualTo("fetch (http)\n  extract (extract) <- fetch\n");
    assertThat(cli.run("graph", "site.toml", "--format", "mermaid").withCode(ExitCode.OK).out())
        .startsWith("flowchart ");
    assertThat(cli.run("graph", "site.toml", "--format", "dot").withCode(ExitCode.OK).out())
        .startsWith("digraph ");
    Cli.Ended wrong = cli.run("graph", "site.toml", "--format", "svg").withCode(ExitCode.USAGE);
    assertThat(wrong.err()).contains("'svg'").contains("MERMAID");
  }

  @Test
  void servicesAreListedWithWhatTheyNeed() {
    Cli.Ended people = cli().run("services").withCode(ExitCode.OK);
    List<JsonNode> all = cli().run("services", "--json").withCode(ExitCode.OK).results();

    assertThat(people.err()).isEmpty();
    assertThat(people.out()).contains("ai_claude cannot run here: ANTHROPIC_API_KEY is not set");
    assertThat(all)
        .extracting(s -> s.get("name").asString())
        .containsExactly(
            "ai_claude", "command", "crawl", "delay", "extract", "http", "noop", "split");
    assertThat(all.getFirst().get("available").asBoolean()).isFalse();
    assertThat(all.getFirst().get("aliases").toString()).isEqualTo("[\"claude\"]");
  }

  @Test
  void oneServiceIsShownWithItsKeys() {
    assertThat(cli().run("services", "http").withCode(ExitCode.OK).out())
        .contains("timeout")
        .contains("user_agent");
    assertThat(cli().run("services", "claude").withCode(ExitCode.OK).out())
        .startsWith("ai_claude: ");
    JsonNode http = cli().run("services", "http", "--json").withCode(ExitCode.OK).json();
    assertThat(http.get("config")).anyMatch(key -> key.get("key").asString().equals("timeout"));
  }

  @Test
  void unknownServiceIsAUsageError() {
    String error = cli().run("services", "htp").withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains("\"htp\"").contains("stygian services");
  }

  @Test
  void doctorIsContentWithoutAQueue() {
    Cli.Ended ended = cli().run("doctor").withCode(ExitCode.OK);

    assertThat(ended.err()).isEmpty();
    assertThat(ended.out())
        .containsPattern("(?m)^ok +java ")
        .containsPattern("(?m)^note +queue ")
        .containsPattern("(?m)^ok +service http +can run here$");
  }

  @Test
  void doctorLooksAtTheServer() {
    try (EmbeddedRedis server = EmbeddedRedis.start(folder.resolve("redis"))) {
      Cli.Ended ended = cli().run("doctor", "--queue", server.url()).withCode(ExitCode.OK);
      JsonNode json = cli().with("REDIS_URL", server.url()).run("doctor", "--json").json();

      assertThat(ended.out()).containsPattern("(?m)^ok +queue .*(Redis|Valkey) \\d+\\.\\d+");
      assertThat(json.get("ok").asBoolean()).isTrue();
      assertThat(json.get("findings"))
          .anyMatch(f ->
              f.get("subject").asString().equals("queue")
                  && f.get("grade").asString().equals("ok"));
    }
  }

  @Test
  void doctorFindsAServerThatWouldThrowTasksAway() {
    List<String> evicting = List.of("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru");
    try (EmbeddedRedis server =
        EmbeddedRedis.start(ServerBinary.best(), folder.resolve("redis"), evicting)) {
      Cli.Ended ended =
          cli().run("doctor", "--queue", server.url()).withCode(ExitCode.INFRASTRUCTURE);

      assertThat(ended.out()).containsPattern("(?m)^failed +queue .*allkeys-lru.*noeviction");
    }
  }

  @Test
  void doctorFindsWhatDoesNotAddUpAndMendsIt() {
    try (EmbeddedRedis server = EmbeddedRedis.start(folder.resolve("redis"))) {
      Cli cli = cli().with("REDIS_URL", server.url());
      cli.write(
          "wait.toml",
          """
          [[nodes]]
          id = "pause"
          service = "noop"
          """);
      cli.run("submit", "wait.toml", "a", "b", "c", "--id", "books").withCode(ExitCode.OK);
      assertThat(cli.run("doctor").withCode(ExitCode.OK).out())
          .containsPattern("(?m)^ok +queue's keys +1 run and 0 leases: all adds up$");
      onServer(server, redis -> redis.del("stygian:{default}:l:" + number(server) + ":0"));

      Cli.Ended found = cli.run("doctor").withCode(ExitCode.INCOMPLETE);
      JsonNode json = cli.run("doctor", "--json").withCode(ExitCode.INCOMPLETE).json();
      Cli.Ended mended = cli.run("doctor", "--repair").withCode(ExitCode.OK);

      assertThat(found.out())
          .containsPattern(
              "(?m)^wrong +queue's keys +run \"books\", node \"pause\": \\d tasks of chunk .*item"
                  + ".*; --repair puts them back to the front of their lane$");
      assertThat(json.get("ok").asBoolean()).isFalse();
      assertThat(json.get("violations"))
          .isNotEmpty()
          .allSatisfy(v -> {
            assertThat(v.get("subject").asString()).isEqualTo("run \"books\", node \"pause\"");
            assertThat(v.get("repair").asString()).isEqualTo("possible");
          });
      assertThat(mended.out()).containsPattern("(?m)^mended +queue's keys +run \"books\"");
      assertThat(cli.run("doctor").withCode(ExitCode.OK).out()).contains("all adds up");
    }
  }

  private static String number(EmbeddedRedis server) {
    return onServer(server, redis -> redis.hget("stygian:{default}:runs", "books"));
  }

  private static <T> T onServer(
      EmbeddedRedis server, Function<RedisCommands<String, String>, T> question) {
    RedisClient client = RedisClient.create(server.url());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return question.apply(connection.sync());
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }
  }

  @Test
  void doctorRepairsNothingWithoutAQueue() {
    String error = cli().run("doctor", "--repair").withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains("--repair needs a queue").contains("REDIS_URL");
  }

  @Test
  void doctorFindsThatNobodyIsThere() {
    Cli.Ended ended =
        cli().run("doctor", "--queue", "redis://127.0.0.1:1").withCode(ExitCode.INFRASTRUCTURE);

    assertThat(ended.out())
        .containsPattern("(?m)^failed +queue ")
        .contains("is the server running");
    assertThat(ended.all()).doesNotContain("\tat ");
  }
}
