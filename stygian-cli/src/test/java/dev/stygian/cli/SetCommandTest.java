package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Weights and caps of what is under way, as {@code set} changes and others show them. */
final class SetCommandTest {
  private static final String CAPPED =
      """
      id = "capped"
      [execution]
      weight = 3
      max_leased = 40
      [[nodes]]
      id = "first"
      service = "noop"
      max_leased = 10
      """;

  @TempDir private static Path data;
  private static EmbeddedRedis server;

  @TempDir private Path folder;
  private Cli cli;

  @BeforeAll
  static void startServer() {
    server = EmbeddedRedis.start(data.resolve("redis"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void submit(TestInfo test) {
    String queueName = test.getDisplayName().replaceAll("[^A-Za-z]", "");
    cli = Cli.in(folder).with("STYGIAN_QUEUE_NAME", queueName);
    cli.write("capped.toml", CAPPED);
    run("submit", "capped.toml", "https://a.example", "--id", "r").withCode(ExitCode.OK);
  }

  private Cli.Ended run(String... command) {
    return cli.run(
        Stream.concat(Stream.of(command), Stream.of("--queue", server.url()))
            .toArray(String[]::new));
  }

  private JsonNode status() {
    return run("status", "r", "--json").withCode(ExitCode.OK).json();
  }

  @Test
  void statusShowsWhatTheFileSays() {
    assertThat(run("status", "r").out())
        .contains("share     weight 3, at most 40 leased at once\n")
        .contains("0 of 10");
    assertThat(status().get("weight").asInt()).isEqualTo(3);
    assertThat(status().get("max_leased").asInt()).isEqualTo(40);
    assertThat(status().at("/nodes/0/max_leased").asInt()).isEqualTo(10);
  }

  @Test
  void weightAndCapOfARunAreSetTogether() {
    JsonNode after =
        run("set", "r", "--weight", "7", "--max-leased", "5", "--json")
            .withCode(ExitCode.OK)
            .json();

    assertThat(after.get("weight").asInt()).isEqualTo(7);
    assertThat(after.get("max_leased").asInt()).isEqualTo(5);
    assertThat(run("queues").out()).containsPattern("r +capped +running +7 ");
  }

  @Test
  void capsAreTakenAway() {
    run("set", "r", "--max-leased", "none").withCode(ExitCode.OK);
    Cli.Ended ended = run("set", "r", "--node", "first", "--max-leased", "none");

    assertThat(ended.withCode(ExitCode.OK).err()).isEqualTo("run r, node first: no cap\n");
    assertThat(status().get("max_leased").isNull()).isTrue();
    assertThat(status().at("/nodes/0/max_leased").isNull()).isTrue();
  }

  @Test
  void capOfAServiceBelongsToTheQueue() {
    run("set", "--service", "claude", "--max-leased", "4").withCode(ExitCode.OK);

    assertThat(run("queues", "--json").json().get("caps").toString())
        .isEqualTo("[{\"service\":\"ai_claude\",\"leased\":0,\"max_leased\":4}]");
    assertThat(run("queues").out()).containsPattern("ai_claude +0 +4\n");

    run("set", "--service", "ai_claude", "--max-leased", "none").withCode(ExitCode.OK);
    assertThat(run("queues", "--json").json().get("caps")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          set;name a run
          set r;--weight N or --max-leased N
          set r --service http --max-leased 1;name a run
          set --service http --weight 2;--max-leased alone
          set r --node first --weight 2;--max-leased
          set r --weight 0;from 1 to 1000
          set r --max-leased 0;from 1 to 1000000
          set r --max-leased many;from 1 to 1000000
          set r --node frist --max-leased 2;first
          set nobody --weight 2;nobody
          """)
  void whatCannotBeSetIsAUsageErrorThatSaysWhatCan(String command, String said) {
    String error = run(command.split(" ", -1)).withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains(said);
  }
}
