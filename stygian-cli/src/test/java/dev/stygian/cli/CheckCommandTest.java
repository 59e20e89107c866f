package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code check}: what is valid, and which of four sources a setting comes from. */
final class CheckCommandTest {
  @TempDir private Path folder;
  private Cli cli;

  @BeforeEach
  void writePipelines() {
    cli = Cli.in(folder);
    cli.write("plain.toml", Pipelines.NOOP);
    cli.write(
        "full.toml",
        """
        id = "full"
        [execution]
        mode = "distributed"
        queue = "redis://:geheim@localhost:6379"
        workers = 20
        queue_name = "books"
        visibility_timeout = "30s"
        result_budget = "2 GB"
        [[nodes]]
        id = "pass"
        service = "noop"
        """);
  }

  private JsonNode settings(Cli from, String... more) {
    List<String> command =
        new java.util.ArrayList<>(List.of("check", "full.toml", "--explain", "--json"));
    command.addAll(List.of(more));
    return from.run(command.toArray(String[]::new)).withCode(ExitCode.OK).json().get("settings");
  }

  private static String[] told(JsonNode settings, String name) {
    JsonNode one = settings.get(name);
    return new String[] {
      one.get("value").asString(), one.get("source").asString(), one.get("set_by").asString()
    };
  }

  @Test
  void validPipelineIsToldInOneLine() {
    Cli.Ended ended = cli.run("check", "plain.toml").withCode(ExitCode.OK);

    assertThat(ended.out()).isEqualTo("plain.toml is valid: pipeline \"plain\", 1 node, 0 edges\n");
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void validPipelineAsJson() {
    JsonNode json = cli.run("check", "plain.toml", "--json").withCode(ExitCode.OK).json();

    assertThat(json.propertyNames())
        .containsExactly("valid", "file", "pipeline", "nodes", "edges", "problems");
    assertThat(json.get("valid").asBoolean()).isTrue();
    assertThat(json.get("file").asString()).isEqualTo("plain.toml");
    assertThat(json.get("nodes").toString()).isEqualTo("[{\"id\":\"pass\",\"service\":\"noop\"}]");
    assertThat(json.get("problems")).isEmpty();
  }

  @Test
  void everyProblemIsToldWithItsPlace() {
    cli.write(
        "bad.toml",
        "[[nodes]]\nid = \"a\"\nservice = \"noopp\"\n[[nodes]]\nid = \"a\"\nservice = \"noop\"\n");

    Cli.Ended people = cli.run("check", "bad.toml").withCode(ExitCode.USAGE);
    JsonNode json = cli.run("check", "bad.toml", "--json").withCode(ExitCode.USAGE).json();

    assertThat(people.out()).isEmpty();
    assertThat(people.err().lines().toList()).hasSize(2);
    assertThat(people.err()).contains("bad.toml:3:11: ").contains("bad.toml:5:");
    assertThat(json.get("valid").asBoolean()).isFalse();
    assertThat(json.get("problems")).hasSize(2);
    JsonNode problem = json.at("/problems/0");
    assertThat(problem.propertyNames()).containsExactly("file", "line", "column", "message");
    assertThat(problem.get("line").asInt()).isEqualTo(3);
    assertThat(problem.get("column").asInt()).isEqualTo(11);
  }

  @Test
  void missingFileAsJsonIsAProblemToo() {
    JsonNode json = cli.run("check", "nope.toml", "--json").withCode(ExitCode.USAGE).json();

    assertThat(json.get("valid").asBoolean()).isFalse();
    assertThat(json.at("/problems/0/message").asString()).contains("no such file");
  }

  @Test
  void defaultsAreShownAsSuch() {
    Cli.Ended ended = cli.run("check", "plain.toml", "--explain").withCode(ExitCode.OK);

    assertThat(ended.out()).containsPattern("(?m)^mode +local +default +default$");
    assertThat(ended.out()).containsPattern("(?m)^queue_name +default +default +default$");
    assertThat(ended.out()).containsPattern("(?m)^result_budget +1 GB +default +default$");
    assertThat(ended.out()).containsPattern("(?m)^visibility_timeout +1m +default +default$");
  }

  @Test
  void fileBeatsDefault() {
    JsonNode settings = settings(cli);

    assertThat(told(settings, "mode")).containsExactly("distributed", "file", "full.toml");
    assertThat(told(settings, "queue"))
        .containsExactly("redis://***@localhost:6379", "file", "full.toml");
    assertThat(told(settings, "workers")).containsExactly("20", "file", "full.toml");
    assertThat(told(settings, "queue_name")).containsExactly("books", "file", "full.toml");
    assertThat(told(settings, "visibility_timeout")).containsExactly("30s", "file", "full.toml");
    assertThat(told(settings, "result_budget")).containsExactly("2 GB", "file", "full.toml");
    assertThat(told(settings, "max_depth")[1]).isEqualTo("default");
  }

  @Test
  void environmentBeatsFile() {
    Cli there =
        cli.with("REDIS_URL", "redis://there:1")
            .with("STYGIAN_WORKERS", "7")
            .with("STYGIAN_QUEUE_NAME", "mine")
            .with("STYGIAN_VISIBILITY_TIMEOUT_SECS", "45");

    JsonNode settings = settings(there);

    assertThat(told(settings, "queue"))
        .containsExactly("redis://there:1", "environment", "REDIS_URL");
    assertThat(told(settings, "workers")).containsExactly("7", "environment", "STYGIAN_WORKERS");
    assertThat(told(settings, "queue_name"))
        .containsExactly("mine", "environment", "STYGIAN_QUEUE_NAME");
    assertThat(told(settings, "visibility_timeout"))
        .containsExactly("45s", "environment", "STYGIAN_VISIBILITY_TIMEOUT_SECS");
  }

  @Test
  void commandLineBeatsEnvironment() {
    Cli there =
        cli.with("REDIS_URL", "redis://there:1")
            .with("STYGIAN_WORKERS", "7")
            .with("STYGIAN_QUEUE_NAME", "mine");

    JsonNode settings = settings(there, "--queue", "redis://here:2", "--queue-name", "yours");

    assertThat(told(settings, "mode")).containsExactly("distributed", "command line", "--queue");
    assertThat(told(settings, "queue"))
        .containsExactly("redis://here:2", "command line", "--queue");
    assertThat(told(settings, "queue_name"))
        .containsExactly("yours", "command line", "--queue-name");
    assertThat(told(settings, "workers")[1]).isEqualTo("environment");
  }

  @ParameterizedTest
  @CsvSource({
    "STYGIAN_WORKERS, 0",
    "STYGIAN_WORKERS, many",
    "STYGIAN_VISIBILITY_TIMEOUT, soon",
    "STYGIAN_VISIBILITY_TIMEOUT, 10ms",
    "STYGIAN_VISIBILITY_TIMEOUT_SECS, -1"
  })
  void wrongVariableIsNamed(String variable, String value) {
    String error =
        cli.with(variable, value).run("check", "plain.toml").withCode(ExitCode.USAGE).onlyError();

    assertThat(error)
        .contains("the environment variable " + variable + ": ")
        .contains(value.replaceFirst("^-", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"5s", "5", "5000ms"})
  void visibilityIsReadWithAndWithoutAUnit(String value) {
    JsonNode settings = settings(cli.with("STYGIAN_VISIBILITY_TIMEOUT", value));

    assertThat(told(settings, "visibility_timeout")[0]).isEqualTo("5s");
  }

  @Test
  void serviceThatCannotRunHereIsANoteNotAnError() {
    cli.write("ai.toml", Pipelines.NOOP.replace("\"noop\"", "\"ai_claude\""));

    Cli.Ended ended = cli.run("check", "ai.toml").withCode(ExitCode.OK);

    assertThat(ended.out()).contains("ai.toml is valid");
    assertThat(ended.err())
        .startsWith("note: service \"ai_claude\" cannot run here: ANTHROPIC_API_KEY");
  }
}
