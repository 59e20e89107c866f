package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code run} in local mode and on a real server. */
final class RunCommandTest {
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
  void writePipelines() {
    cli = Cli.in(folder);
    cli.write("plain.toml", Pipelines.NOOP);
    Pipelines.writeSite(cli);
  }

  private static List<String> items(List<JsonNode> results) {
    return results.stream().map(r -> r.get("item").asString()).toList();
  }

  @Test
  void resultsGoToStandardOutputAndAllElseToStandardError() {
    Cli.Ended ended = cli.run("run", "plain.toml", "https://a.example", "https://b.example");

    ended.withCode(ExitCode.OK);
    assertThat(items(ended.results()))
        .containsExactlyInAnyOrder("https://a.example", "https://b.example");
    assertThat(ended.err()).contains("2 submitted = 2 done + 0 dead + 0 cancelled + 0 in flight");
    assertThat(ended.err()).doesNotContain("\r").doesNotContain("\u001b");
  }

  @Test
  void resultLineHasExactlyTheDocumentedFields() {
    Cli.Ended ended = cli.run("run", "plain.toml", "https://a.example", "--id", "one");

    JsonNode line = ended.json();
    assertThat(line.propertyNames())
        .containsExactly("item", "run", "node", "output", "attempts", "key");
    assertThat(line.get("item").asString()).isEqualTo("https://a.example");
    assertThat(line.get("run").asString()).isEqualTo("one");
    assertThat(line.get("node").asString()).isEqualTo("pass");
    assertThat(line.get("output").asString()).isEqualTo("https://a.example");
    assertThat(line.get("attempts").isIntegralNumber()).isTrue();
    assertThat(line.get("attempts").asInt()).isEqualTo(1);
    assertThat(line.get("key").asString()).matches("[0-9a-f]{48}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "shared"})
  void deadTasksEndWithOneAndSayWhy(String mode) {
    Cli.Ended ended =
        mode.equals("local")
            ? cli.run("run", "site.toml")
            : cli.run("run", "site.toml", "--queue", server.url());

    ended.withCode(ExitCode.INCOMPLETE);
    assertThat(items(ended.results())).containsExactlyInAnyOrder("/a.html", "/b.html");
    assertThat(ended.results())
        .extracting(r -> r.get("output").get("name").asString())
        .containsExactlyInAnyOrder("Page A", "Page B");
    assertThat(ended.err()).contains("3 submitted = 2 done + 1 dead");
    assertThat(ended.err()).contains("dead: \"/missing.html\" at node fetch: ").contains("404");
    assertThat(ended.err().contains("stygian dead list")).isEqualTo(mode.equals("shared"));
  }

  @Test
  void itemsComeFromStandardInput() {
    Cli.Ended ended =
        cli.reading(
                "https://a.example\n\n# a comment\n{\"url\": \"https://b.example\", \"n\": 1}\n")
            .run("run", "plain.toml", "--input", "-");

    ended.withCode(ExitCode.OK);
    assertThat(ended.results())
        .extracting(r -> r.get("item").toString())
        .containsExactlyInAnyOrder(
            "\"https://a.example\"", "{\"url\":\"https://b.example\",\"n\":1}");
  }

  @Test
  void itemsComeFromAFileAndTheCommandLineInsteadOfThePipeline() {
    cli.write("urls.txt", Pipelines.urls(3));
    cli.write(
        "own.toml",
        "[input]\nurls = [\"https://own.example\"]\n"
            + Pipelines.NOOP.replace("id = \"plain\"\n", ""));

    assertThat(items(cli.run("run", "own.toml").results())).containsExactly("https://own.example");
    Cli.Ended ended = cli.run("run", "own.toml", "https://a.example", "--input", "urls.txt");

    assertThat(items(ended.withCode(ExitCode.OK).results()))
        .containsExactlyInAnyOrder(
            "https://a.example",
            "https://books.example/0",
            "https://books.example/1",
            "https://books.example/2");
  }

  @Test
  void inputFileThatIsNotThereIsAUsageError() {
    String error =
        cli.run("run", "plain.toml", "--input", "nope.txt").withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains("nope.txt").contains("check its path");
  }

  @Test
  void inputThatIsAFolderIsAUsageError() {
    String error =
        cli.run("run", "plain.toml", "--input", "site").withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains("site").contains("cannot be read");
  }

  @Test
  void noItemsAtAllIsAUsageError() {
    String error = cli.run("run", "plain.toml").withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains("no items").contains("--input FILE");
  }

  @Test
  void emptyInputIsARunOfNothing() {
    Cli.Ended ended = cli.run("run", "plain.toml", "--input", "-").withCode(ExitCode.OK);

    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains("0 submitted = 0 done");
  }

  @Test
  void resultsGoToAFileOfLines() {
    Cli.Ended ended = cli.run("run", "site.toml", "-o", "out/books.jsonl");

    ended.withCode(ExitCode.INCOMPLETE);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains("results are in").contains("books.jsonl");
    assertThat(items(cli.results("out/books.jsonl")))
        .containsExactlyInAnyOrder("/a.html", "/b.html");
    assertThat(cli.read("out/books.jsonl")).endsWith("}\n");
  }

  @Test
  void resultsGoToATable() {
    cli.write(
        "items.jsonl",
        """
        {"name": "a, \\"b\\"", "price": 1.5, "tags": ["x"]}
        {"name": null, "other": 2}
        """);

    cli.run("run", "plain.toml", "--input", "items.jsonl", "-o", "x.csv", "--workers", "1")
        .withCode(ExitCode.OK);

    List<String> lines = cli.read("x.csv").lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.getFirst())
        .isIn("item,node,attempts,name,price,tags,more", "item,node,attempts,name,other,more");
    assertThat(cli.read("x.csv")).contains("\"a, \"\"b\"\"\"");
  }

  @Test
  void fileOfAnotherKindIsRefusedBeforeAnythingStarts() {
    String error =
        cli.run("run", "plain.toml", "https://a.example", "-o", "books.xlsx")
            .withCode(ExitCode.USAGE)
            .onlyError();

    assertThat(error).contains("books.xlsx").contains(".jsonl or .csv");
  }

  @Test
  void fileThatCannotBeWrittenIsInfrastructure() {
    cli.write("file", "");

    String error =
        cli.run("run", "plain.toml", "https://a.example", "-o", "file/books.jsonl")
            .withCode(ExitCode.INFRASTRUCTURE)
            .onlyError();

    assertThat(error).contains("books.jsonl").contains("cannot be written");
  }

  @Test
  void queueOfTheCommandLineOverridesQueueAndModeOfTheFile() {
    cli.write("far.toml", Pipelines.noopOn("redis://127.0.0.1:1"));

    cli.run("run", "far.toml", "https://a.example", "--queue", server.url(), "--id", "far-1")
        .withCode(ExitCode.OK);
    cli.run("run", "plain.toml", "https://a.example", "--queue", server.url(), "--id", "far-2")
        .withCode(ExitCode.OK);

    assertThat(cli.run("status", "far-1", "--queue", server.url()).code()).isEqualTo(ExitCode.OK);
    assertThat(cli.run("status", "far-2", "--queue", server.url()).code()).isEqualTo(ExitCode.OK);
  }

  @Test
  void queueOfTheEnvironmentOverridesTheFilesButNotItsMode() {
    cli.write("far.toml", Pipelines.noopOn("redis://127.0.0.1:1"));
    Cli here = cli.with("REDIS_URL", server.url());

    here.run("run", "far.toml", "https://a.example", "--id", "env-1").withCode(ExitCode.OK);
    here.run("run", "plain.toml", "https://a.example", "--id", "env-2").withCode(ExitCode.OK);

    here.run("status", "env-1").withCode(ExitCode.OK);
    here.run("status", "env-2").withCode(ExitCode.USAGE);
  }

  @Test
  void queueThatIsNotThereIsInfrastructure() {
    Cli.Ended ended =
        cli.run("run", "plain.toml", "https://a.example", "--queue", "redis://127.0.0.1:1");

    assertThat(ended.withCode(ExitCode.INFRASTRUCTURE).onlyError())
        .contains("redis://127.0.0.1:1")
        .contains("is the server running");
  }

  @Test
  void statusAsJsonGoesWhereResultsDoNot() {
    Cli.Ended toFile =
        cli.run("run", "site.toml", "-o", "books.jsonl", "--json").withCode(ExitCode.INCOMPLETE);
    Cli.Ended toOut = cli.run("run", "site.toml", "--json").withCode(ExitCode.INCOMPLETE);

    assertThat(toFile.json().get("done").asInt()).isEqualTo(2);
    assertThat(toFile.json().get("dead").asInt()).isEqualTo(1);
    assertThat(toFile.json().get("state").asString()).isEqualTo("finished");
    assertThat(toFile.err()).isEmpty();
    assertThat(toOut.results()).hasSize(2).allMatch(line -> line.has("key"));
    assertThat(Json.parse(toOut.err().strip()).get("done").asInt()).isEqualTo(2);
  }

  @Test
  void processesNeedAQueueThatTheyCanShare() {
    String error =
        cli.run("run", "plain.toml", "https://a.example", "--processes", "2")
            .withCode(ExitCode.USAGE)
            .onlyError();

    assertThat(error).contains("--processes needs a queue").contains("--queue embedded");
  }

  @Test
  void brokenPipelineIsToldWithAllItsProblemsEachOnALine() {
    cli.write("broken.toml", "[[nodes]]\nid = \"a\"\nservice = \"htp\"\ntimeoutt = \"1s\"\n");

    Cli.Ended ended = cli.run("run", "broken.toml", "https://a.example").withCode(ExitCode.USAGE);

    assertThat(ended.out()).isEmpty();
    assertThat(ended.err().lines()).hasSize(2);
    assertThat(ended.err())
        .contains("broken.toml:3:")
        .contains("did you mean")
        .contains("broken.toml:4:");
  }

  @Test
  void serviceThatCannotRunHereIsAUsageErrorInLocalMode() {
    cli.write("ai.toml", Pipelines.NOOP.replace("\"noop\"", "\"ai_claude\""));

    String error =
        cli.run("run", "ai.toml", "https://a.example").withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains("ai_claude").contains("ANTHROPIC_API_KEY");
  }

  @Test
  void finishedRunStartedAgainKeepsItsFile() {
    for (String queue : List.of("", server.url())) {
      String id = "again" + queue.length();
      String[] command =
          queue.isEmpty()
              ? new String[] {"run", "site.toml", "-o", id + ".jsonl", "--id", id}
              : new String[] {
                "run", "site.toml", "-o", id + ".jsonl", "--id", id, "--queue", queue
              };
      cli.run(command).withCode(ExitCode.INCOMPLETE);
      List<String> before = cli.read(id + ".jsonl").lines().sorted().toList();

      cli.run(command);

      assertThat(cli.read(id + ".jsonl").lines().sorted()).isEqualTo(before);
    }
  }

  @Test
  void freshIgnoresWhatEarlierRunsStored() {
    cli.write(
        "second.toml",
        """
        [[nodes]]
        id = "wait"
        service = "delay"
        backoff = "1ms"
        [nodes.config]
        duration = "0ms"
        fail_first = 1
        """);
    String[] command = {
      "run",
      "second.toml",
      "https://a.example",
      "-o",
      "second.jsonl",
      "--json",
      "--queue",
      server.url()
    };
    String[] fresh = Stream.concat(Stream.of(command), Stream.of("--fresh")).toArray(String[]::new);

    JsonNode first = cli.run(command).withCode(ExitCode.OK).json();
    JsonNode again = cli.run(command).withCode(ExitCode.OK).json();
    JsonNode executed = cli.run(fresh).withCode(ExitCode.OK).json();

    assertThat(first.at("/nodes/0/retries").asInt()).isEqualTo(1);
    assertThat(again.at("/nodes/0/retries").asInt()).isZero();
    assertThat(executed.at("/nodes/0/retries").asInt()).isEqualTo(1);
  }

  @Test
  void privateAddressesAreRefusedUnlessAllowed() throws Exception {
    cli.write("fetch.toml", "[[nodes]]\nid = \"fetch\"\nservice = \"http\"\n");
    try (var site = dev.stygian.services.site.SiteServer.start(folder.resolve("site"))) {
      String url = site.baseUrl() + "a.html";

      Cli.Ended refused = cli.run("run", "fetch.toml", url);
      Cli.Ended allowed = cli.run("run", "fetch.toml", url, "--allow-private");

      assertThat(refused.withCode(ExitCode.INCOMPLETE).err()).contains("--allow-private");
      assertThat(allowed.withCode(ExitCode.OK).json().at("/output/status").asInt()).isEqualTo(200);
    }
  }
}
