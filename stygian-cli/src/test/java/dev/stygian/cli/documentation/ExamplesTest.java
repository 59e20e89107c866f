package dev.stygian.cli.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.cli.StygianProgram;
import dev.stygian.cli.output.Console;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.settings.Environment;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.services.ai.FakeMessagesApi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Each pipeline in examples/ is run, and gives the results and the dead letters that it says. */
final class ExamplesTest {
  private static final Path EXAMPLES = Document.REPOSITORY.resolve("examples");

  @TempDir Path temporary;

  /** How a run ended; the results sorted by their items. */
  private record Ran(int code, List<JsonNode> results, JsonNode status) {}

  private Ran run(Map<String, String> variables, String... arguments) throws IOException {
    Path output = temporary.resolve("results.jsonl");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Environment.of(variables),
            EXAMPLES,
            false);
    List<String> all = new ArrayList<>(List.of("run"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("-o", output.toString(), "--json"));
    int code = StygianProgram.run(console, all.toArray(String[]::new));
    assertThat(out.size()).as(err.toString(StandardCharsets.UTF_8)).isPositive();
    return new Ran(
        code,
        Files.readAllLines(output).stream().sorted().map(Json::parse).toList(),
        Json.parse(out.toString(StandardCharsets.UTF_8)));
  }

  @Test
  void quickstartGives28ResultsAnd3DeadLetters() throws IOException {
    Ran ran = run(Map.of(), "quickstart/quickstart.toml");

    assertThat(ran.code).isEqualTo(1);
    assertThat(ran.results).hasSize(28);
    assertThat(ran.status.get("dead").asInt()).isEqualTo(3);
    assertThat(ran.results)
        .extracting(result -> result.get("output"))
        .allSatisfy(record -> {
          assertThat(record.get("name").asString()).isNotBlank();
          assertThat(record.get("price").isNumber()).isTrue();
        });
  }

  @Test
  void branchAndJoinGivesOneRecordOfBothBranchesPerPage() throws IOException {
    Ran ran = run(Map.of(), "branch-and-join.toml");

    assertThat(ran.code).isZero();
    assertThat(ran.results).hasSize(2);
    assertThat(ran.results)
        .extracting(result -> result.get("output"))
        .allSatisfy(record -> {
          assertThat(record.path("facts").path("name").asString()).isNotBlank();
          assertThat(record.path("links").path("links").size()).isPositive();
        });
  }

  @Test
  void claudeGivesOneAnswerPerPage() throws IOException {
    try (FakeMessagesApi api = FakeMessagesApi.start();
        EmbeddedRedis redis = EmbeddedRedis.start(temporary.resolve("redis"));
        var shop =
            dev.stygian.services.site.SiteServer.start(EXAMPLES.resolve("quickstart/site"))) {
      Map<String, String> variables = new HashMap<>(api.variables());
      variables.put("REDIS_URL", redis.url()); // comes before the file's own queue
      String lantern = shop.baseUrl().resolve("products/brass-lantern.html").toString();
      String stool = shop.baseUrl().resolve("products/oak-stool.html").toString();
      Ran ran = run(variables, "claude.toml", lantern, stool, "--allow-private");

      assertThat(ran.code).isZero();
      assertThat(ran.results)
          .extracting(result -> result.get("item").asString())
          .containsExactly(lantern, stool);
      assertThat(ran.results)
          .extracting(result -> result.at("/output/answer/title").asString())
          .containsExactly("Fake", "Fake");
      assertThat(api.requests())
          .hasSize(2)
          .anySatisfy(request -> assertThat(request.prompt()).contains("Brass Lantern"));
    }
  }

  @Test
  void everyExampleIsRunHere() throws IOException {
    try (Stream<Path> files = Files.walk(EXAMPLES)) {
      assertThat(files.filter(f -> f.toString().endsWith(".toml")))
          .extracting(file -> EXAMPLES.relativize(file).toString())
          .containsExactlyInAnyOrder(
              "quickstart/quickstart.toml", "branch-and-join.toml", "claude.toml");
    }
  }
}
