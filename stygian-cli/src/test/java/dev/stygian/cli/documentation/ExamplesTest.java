package dev.stygian.cli.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.cli.ProgramJvm;
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

  private Ran run(String... arguments) throws IOException {
    Path output = temporary.resolve("results.jsonl");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Environment.of(Map.of()),
            EXAMPLES,
            false);
    int code = StygianProgram.run(console, command(output, arguments).toArray(String[]::new));
    assertThat(out.size()).as(err.toString(StandardCharsets.UTF_8)).isPositive();
    return ran(code, output, out.toString(StandardCharsets.UTF_8));
  }

  /** In a process of its own: the service reads the key from its process's environment. */
  private Ran runProcess(Map<String, String> variables, String... arguments)
      throws IOException, InterruptedException {
    Path output = temporary.resolve("results.jsonl");
    List<String> all = new ArrayList<>(ProgramJvm.command());
    all.addAll(command(output, arguments));
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .directory(EXAMPLES.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(variables);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return ran(process.waitFor(), output, said);
  }

  private static List<String> command(Path output, String... arguments) {
    List<String> all = new ArrayList<>(List.of("run"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("-o", output.toString(), "--json"));
    return all;
  }

  private static Ran ran(int code, Path output, String status) throws IOException {
    return new Ran(
        code,
        Files.readAllLines(output).stream().sorted().map(Json::parse).toList(),
        Json.parse(status));
  }

  @Test
  void quickstartGives28ResultsAnd3DeadLetters() throws IOException {
    Ran ran = run("quickstart/quickstart.toml");

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
    Ran ran = run("branch-and-join.toml");

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
  void crawlFindsTheTitleOfEachPageOnce() throws IOException {
    Ran ran = run("crawl.toml");

    assertThat(ran.code).isZero();
    assertThat(ran.results).hasSize(33);
    assertThat(ran.results)
        .extracting(result -> result.at("/item/url").asString())
        .doesNotHaveDuplicates();
    assertThat(ran.status.at("/emitted/accepted").asInt()).isEqualTo(33);
  }

  @Test
  void sitemapsGivePagesThatNoLinkLeadsTo() throws IOException {
    Ran ran = run("sitemaps/sitemaps.toml");

    assertThat(ran.code).isZero();
    assertThat(ran.results)
        .extracting(result -> result.at("/output/name").asString())
        .containsExactlyInAnyOrder("A library of seeds", "Barley", "Chard", "Lupin");
  }

  @Test
  void splitGivesARecordForEachProductOfACataloguePage() throws IOException {
    Ran ran = run("split.toml");

    assertThat(ran.code).isZero();
    assertThat(ran.results).hasSize(10);
    assertThat(ran.results)
        .extracting(result -> result.at("/item/parent").asString())
        .containsOnly("/catalogue-1.html");
    assertThat(ran.results)
        .extracting(result -> result.at("/output/name").asString())
        .contains("Oak Stool")
        .doesNotHaveDuplicates();
    assertThat(ran.status.at("/emitted/accepted").asInt()).isEqualTo(10);
  }

  @Test
  void collectGivesARecordOfAllProductsForEachCataloguePage() throws IOException {
    Ran ran = run("collect.toml");

    assertThat(ran.code).isZero();
    assertThat(ran.results)
        .extracting(result -> result.get("item").asString())
        .containsExactly("/catalogue-1.html", "/catalogue-2.html");
    assertThat(ran.results)
        .extracting(result -> result.at("/output/0/name").asString())
        .containsExactly("Brass Lantern", "Felt Slippers");
    assertThat(ran.results)
        .extracting(result -> result.get("output").size())
        .containsExactly(10, 10);
    assertThat(ran.status.at("/emitted/accepted").asInt()).isEqualTo(20);
    assertThat(ran.status.get("done").asInt()).isEqualTo(22);
  }

  @Test
  void claudeGivesOneAnswerPerPage() throws IOException, InterruptedException {
    try (FakeMessagesApi api = FakeMessagesApi.start();
        EmbeddedRedis redis = EmbeddedRedis.start(temporary.resolve("redis"));
        var shop =
            dev.stygian.services.site.SiteServer.start(EXAMPLES.resolve("quickstart/site"))) {
      Map<String, String> variables = new HashMap<>(api.variables());
      variables.put("REDIS_URL", redis.url()); // comes before the file's own queue
      String lantern = shop.baseUrl().resolve("products/brass-lantern.html").toString();
      String stool = shop.baseUrl().resolve("products/oak-stool.html").toString();
      Ran ran = runProcess(variables, "claude.toml", lantern, stool, "--allow-private");

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

  /** With real processes and a real kill -9; in place of the launcher, this test's class path. */
  @Test
  void killAWorkerLosesNothing() throws IOException, InterruptedException {
    Path examples = Files.createDirectories(temporary.resolve("examples"));
    Path script = Files.copy(EXAMPLES.resolve("kill-a-worker.sh"), examples.resolve("kill.sh"));
    Path launcher = temporary.resolve("stygian");
    Files.writeString(
        launcher,
        String.join(
            "\n",
            "#!/bin/sh",
            "exec '" + String.join("' '", ProgramJvm.command()) + "' \"$@\"",
            ""));
    assertThat(launcher.toFile().setExecutable(true)).isTrue();

    Process process =
        new ProcessBuilder("bash", script.toString()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("was killed with kill -9", "PASSED");
  }

  @Test
  void everyExampleIsRunHere() throws IOException {
    try (Stream<Path> files = Files.walk(EXAMPLES)) {
      assertThat(files.filter(f -> f.toString().matches(".*\\.(toml|json|sh)")))
          .extracting(file -> EXAMPLES.relativize(file).toString())
          .containsExactlyInAnyOrder(
              "quickstart/quickstart.toml",
              "branch-and-join.toml",
              "crawl.toml",
              "sitemaps/sitemaps.toml",
              "split.toml",
              "collect.toml",
              "claude.toml",
              "kill-a-worker.sh");
    }
  }
}
