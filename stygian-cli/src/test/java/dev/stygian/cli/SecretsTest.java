package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords and keys are in no output, no error and no log, whatever goes wrong. */
@Isolated("--verbose is the whole process's")
final class SecretsTest {
  private static final String PASSWORD = "Geheim-4711";
  private static final String KEY = "sk-ant-secret-4711";

  @TempDir private static Path data;
  private static EmbeddedRedis server;

  @TempDir private Path folder;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final PrintStream before = System.err;
  private Cli cli;

  @BeforeAll
  static void startServer() {
    // the password is set later: whether the server is up is asked without one
    server = EmbeddedRedis.start(ServerBinary.best(), data.resolve("redis"), List.of("--save", ""));
    var client = io.lettuce.core.RedisClient.create(server.url());
    try (var connection = client.connect()) {
      connection.sync().configSet("requirepass", PASSWORD);
    } finally {
      client.shutdown();
    }
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void catchTheLog() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    cli = Cli.in(folder).with("ANTHROPIC_API_KEY", KEY);
    cli.write("plain.toml", Pipelines.NOOP);
    cli.write(
        "ai.toml",
        """
        [[nodes]]
        id = "ask"
        service = "ai_claude"
        max_attempts = 1
        """);
  }

  @AfterEach
  void letTheLogGo() {
    System.setErr(before);
  }

  private static String url(String password) {
    return "redis://:" + password + "@127.0.0.1:" + server.port();
  }

  private Cli.Ended run(String url, String... command) {
    Cli.Ended ended =
        cli.run(
            Stream.concat(Stream.of(command), Stream.of("--queue", url)).toArray(String[]::new));
    String all = ended.all() + log.toString(StandardCharsets.UTF_8);
    assertThat(all).doesNotContain(PASSWORD).doesNotContain("4711");
    return ended;
  }

  @Test
  void passwordOpensTheQueueAndIsNotShown() {
    String url = url(PASSWORD);

    run(url, "run", "plain.toml", "https://a.example", "--id", "mine").withCode(ExitCode.OK);

    run(url, "status", "mine", "--verbose").withCode(ExitCode.OK);
    run(url, "await", "mine", "--json").withCode(ExitCode.OK);
    run(url, "queues").withCode(ExitCode.OK);
    run(url, "status", "nobody").withCode(ExitCode.USAGE);
    assertThat(run(url, "doctor").withCode(ExitCode.OK).out()).contains("***@127.0.0.1");
    assertThat(run(url, "check", "plain.toml", "--explain").withCode(ExitCode.OK).out())
        .contains("redis://***@127.0.0.1");
    assertThat(run(url, "check", "plain.toml", "--explain", "--json").withCode(ExitCode.OK).out())
        .contains("redis://***@127.0.0.1");
    assertThat(run(url, "services").withCode(ExitCode.USAGE).err()).contains("Unknown option");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status mine",
        "doctor",
        "run plain.toml https://a.example",
        "submit plain.toml https://a.example"
      })
  void wrongPasswordIsToldAtOnce(String command) {
    Cli.Ended ended = run(url("wrong-4711"), command.split(" ", -1));

    ended.withCode(ExitCode.INFRASTRUCTURE);
    assertThat(ended.all()).contains("password").doesNotContain("\tat ");
  }

  @Test
  void missingPasswordIsToldAtOnce() {
    Cli.Ended ended = run("redis://127.0.0.1:" + server.port(), "status", "mine");

    assertThat(ended.withCode(ExitCode.INFRASTRUCTURE).onlyError()).contains("password");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rediss://user:Geheim-4711@127.0.0.1:1",
        "redis://:Geheim-4711@no-such-host.invalid:6379"
      })
  void passwordOfAQueueThatIsNotThereIsNotShown(String url) {
    run(url, "status", "mine", "--verbose").withCode(ExitCode.INFRASTRUCTURE);
    run(url, "doctor").withCode(ExitCode.INFRASTRUCTURE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://:Geheim-4711@host:port",
        "redis://:Geheim@4711@127.0.0.1:1",
        "redis://:Geheim/4711@127.0.0.1:1",
        "redis://:Geheim 4711@127.0.0.1:1",
        "redis://:Geheim#4711@127.0.0.1:1",
        "redi://:Geheim-4711@127.0.0.1:1",
        "http://:Geheim-4711@127.0.0.1:1"
      })
  void passwordOfAnAddressThatIsNoneIsNotShown(String url) {
    run(url, "status", "mine", "--verbose").withCode(ExitCode.USAGE);
    run(url, "worker").withCode(ExitCode.USAGE);
    run(url, "doctor", "--verbose").withCode(ExitCode.INFRASTRUCTURE);
  }

  @Test
  void keyOfAServiceIsNotShown() {
    cli.write("items.jsonl", "{\"text\": \"x\"}\n");
    Map<String, String> variables =
        Map.of("ANTHROPIC_API_KEY", KEY, "ANTHROPIC_BASE_URL", "http://127.0.0.1:1");

    try (Program program =
        Program.start(folder, variables, "run", "ai.toml", "--input", "items.jsonl", "--verbose")) {
      program.endedWith(ExitCode.INCOMPLETE);
      assertThat(program.err()).contains("dead: ");
      assertThat(program.out() + program.err()).doesNotContain("4711");
    }
    assertThat(cli.run("services").all()).contains("ai_claude").doesNotContain("4711");
    assertThat(cli.run("doctor").all()).contains("ai_claude").doesNotContain("4711");
  }
}
