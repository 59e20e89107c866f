package dev.stygian.graph.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.PipelineInvalidException;
import dev.stygian.graph.pipeline.ExecutionSettings.Mode;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineParserTest {
  private static final String ONE_NODE = "\n[[nodes]]\nid = \"a\"\nservice = \"noop\"\n";

  private static Pipeline toml(String text) {
    return TestServices.parser().parse(text, "books.toml", PipelineFormat.TOML);
  }

  private static Pipeline json(String text) {
    return TestServices.parser().parse(text, "books.json", PipelineFormat.JSON);
  }

  @Test
  void readsTheShortestDistributedPipeline() {
    Pipeline pipeline =
        toml(
            """
            [execution]
            mode = "distributed"
            queue = "redis://localhost:6379"
            workers = 20
            [[nodes]]
            id = "fetch"
            service = "http"
            [[nodes]]
            id = "extract"
            service = "ai_claude"
            [[edges]]
            from = "fetch"
            to = "extract"
            """);
    assertThat(pipeline.id()).isEqualTo("books");
    assertThat(pipeline.execution().mode()).isEqualTo(Mode.DISTRIBUTED);
    assertThat(pipeline.execution().queue()).contains("redis://localhost:6379");
    assertThat(pipeline.execution().workers()).hasValue(20);
    assertThat(pipeline.nodes()).extracting(Node::service).containsExactly("http", "ai_claude");
    assertThat(pipeline.edges()).containsExactly(new Edge("fetch", "extract"));
  }

  @Test
  void takesAnEdgeThatIsSaidInBothWaysAsOne() {
    Pipeline pipeline =
        toml(
            """
            [[nodes]]
            id = "fetch"
            service = "http"
            [[nodes]]
            id = "extract"
            service = "extract"
            depends_on = ["fetch"]
            [nodes.config.fields]
            title = "h1"
            [[edges]]
            from = "fetch"
            to = "extract"
            """);
    assertThat(pipeline.edges()).containsExactly(new Edge("fetch", "extract"));
  }

  @Test
  void fillsInTheDefaults() {
    Pipeline pipeline = toml(ONE_NODE);
    assertThat(pipeline.execution()).isEqualTo(ExecutionSettings.defaults());
    assertThat(pipeline.input()).isEqualTo(InputSettings.none());
    assertThat(pipeline.output()).isEqualTo(OutputSettings.toStandardOutput());
    assertThat(pipeline.allowPrivate()).isFalse();
    assertThat(pipeline.nodes().getFirst().maxAttempts()).isEmpty();
    assertThat(pipeline.nodes().getFirst().checkpoint()).isFalse();
  }

  @Test
  void readsEveryKey() {
    Pipeline pipeline =
        toml(
            """
            id = "shop: all {books}"
            description = "every key once"
            [execution]
            mode = "local"
            queue = "redis://:${env:PASSWORD}@localhost"
            workers = 3
            queue_name = "shop"
            max_depth = 500
            visibility_timeout = "90s"
            max_attempts = 5
            backoff = "250ms"
            timeout = 2.5
            result_ttl = "2h"
            result_budget = "512 MB"
            retention = "1d"
            durability = "replicated"
            weight = 3
            max_leased = 40
            allow_private = true
            [input]
            urls = ["index.html", "https://example.com/a?b=c|d"]
            serve = "site"
            [output]
            file = "books.csv"
            [[nodes]]
            id = "fetch: page"
            service = "rest-api"
            max_attempts = 7
            backoff = "0s"
            timeout = "1m"
            checkpoint = true
            max_leased = 2
            [nodes.config]
            headers = { Authorization = "Bearer ${env:TOKEN}" }
            redirects = 2
            """);
    assertThat(pipeline.id()).isEqualTo("shop: all {books}");
    assertThat(pipeline.execution())
        .isEqualTo(
            new ExecutionSettings(
                Mode.LOCAL,
                Optional.of("redis://:${env:PASSWORD}@localhost"),
                OptionalInt.of(3),
                "shop",
                500,
                Duration.ofSeconds(90),
                5,
                Duration.ofMillis(250),
                Duration.ofMillis(2500),
                Duration.ofHours(2),
                512L << 20,
                Duration.ofDays(1),
                Durability.REPLICATED,
                3,
                OptionalInt.of(40)));
    assertThat(pipeline.allowPrivate()).isTrue();
    assertThat(pipeline.input().serve()).contains("site");
    assertThat(pipeline.input().urls()).hasSize(2);
    assertThat(pipeline.output().file()).contains("books.csv");
    Node node = pipeline.nodes().getFirst();
    assertThat(node.service()).as("the canonical name of an alias").isEqualTo("http");
    assertThat(node.maxAttempts()).hasValue(7);
    assertThat(node.backoff()).contains(Duration.ZERO);
    assertThat(node.timeout()).contains(Duration.ofMinutes(1));
    assertThat(node.checkpoint()).isTrue();
    assertThat(node.maxLeased()).hasValue(2);
    assertThat(node.config().toString())
        .isEqualTo("{\"headers\":{\"Authorization\":\"Bearer ${env:TOKEN}\"},\"redirects\":2}");
  }

  @Test
  void readsTheSameFromJsonAsFromToml() {
    Pipeline fromJson =
        json(
            """
            {"execution": {"queue": "embedded", "timeout": "10s"},
             "nodes": [{"id": "fetch", "service": "http", "config": {"redirects": 1}},
                       {"id": "ask", "service": "ai_claude", "depends_on": ["fetch"],
                        "config": {"temperature": 0.5}}]}
            """);
    Pipeline fromToml =
        toml(
            """
            [execution]
            queue = "embedded"
            timeout = "10s"
            [[nodes]]
            id = "fetch"
            service = "http"
            config = { redirects = 1 }
            [[nodes]]
            id = "ask"
            service = "ai_claude"
            depends_on = ["fetch"]
            config.temperature = 0.5
            """);
    assertThat(PipelineText.of(fromJson)).isEqualTo(PipelineText.of(fromToml));
    assertThat(fromJson.nodes()).isEqualTo(fromToml.nodes());
  }

  @Test
  void runsDistributedWhereOnlyAQueueIsNamed() {
    Pipeline pipeline = toml("[execution]\nqueue = \"embedded\"\n" + ONE_NODE);
    assertThat(pipeline.execution().mode()).isEqualTo(Mode.DISTRIBUTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://localhost",
        "rediss://user:p@ss/w:rd@host:6380/2",
        "redis://[::1]:6379",
        "redis-sentinel://a:26379,b:26379#main",
        "rediss-sentinel://user:pw@a,b:26379/?sentinelMasterId=main",
        "redis-cluster://a:7000,b:7001",
        "rediss-cluster://user:pw@a:7000",
        "redis-socket:///run/redis.sock",
        "embedded",
        "${env:QUEUE_URL}",
        "redis://:${env:PASSWORD}@host"
      })
  void takesEveryFormOfQueue(String queue) {
    Pipeline pipeline = toml("[execution]\nqueue = \"" + queue + "\"\n" + ONE_NODE);
    assertThat(pipeline.execution().queue()).contains(queue);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:8080/a%20b",
        "HTTPS://Example.com",
        "https://bücher.example/über?q=ä|b",
        "http://[2001:db8::1]:80/",
        "https://user:pass@example.com/#top"
      })
  void takesUsualUrls(String url) {
    assertThat(toml("[input]\nurls = [\"" + url + "\"]\n" + ONE_NODE).input().urls())
        .containsExactly(url);
  }

  @Test
  void allowsAnyCharacterInAnIdButControlCharacters() {
    String id = "ä:{}/ \u20ac \ud83d\ude00 \\\" -> [x]";
    Pipeline pipeline = toml("[[nodes]]\nid = \"" + id + "\"\nservice = \"noop\"\n");
    assertThat(pipeline.nodes().getFirst().id()).isEqualTo(id.replace("\\\"", "\""));
  }

  @Test
  void readsAByteOrderMarkAndWindowsLineEnds() {
    Pipeline pipeline = toml("\uFEFFid = \"x\"\r\n" + ONE_NODE.replace("\n", "\r\n"));
    assertThat(pipeline.id()).isEqualTo("x");
  }

  @Test
  void namesThePipelineAfterItsFile(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("my.books.toml"), ONE_NODE);
    Pipeline pipeline = TestServices.parser().parse(file);
    assertThat(pipeline.id()).isEqualTo("my.books");
    assertThat(pipeline.source()).isEqualTo(file.toString());
  }

  @Test
  void readsAFileThatEndsInJsonAsJson(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("books.JSON"), "{\"nodes\":[{\"id\":\"a\",\"service\":\"noop\"}]}");
    assertThat(TestServices.parser().parse(file).nodes()).hasSize(1);
  }

  @Test
  void saysThatAFileIsMissing(@TempDir Path folder) {
    assertRefused(folder.resolve("none.toml"), ":1:1: there is no such file; check its path");
  }

  @Test
  void saysThatAFileIsADirectory(@TempDir Path folder) {
    assertRefused(folder, ":1:1: this is a directory; name a .toml or .json file");
  }

  @Test
  void saysWhereAFileIsNotUtf8(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("latin.toml");
    Files.write(file, new byte[] {'#', '\n', 'a', '=', '"', (byte) 0xE9, '"'});
    assertRefused(file, ":2:4: the byte 0xE9 is no UTF-8; save the file as UTF-8");
  }

  @Test
  void refusesAFileOfMoreThanAMegabyte(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("big.toml"), "#".repeat((1 << 20) + 1));
    assertRefused(file, ":1:1: the file is larger than 1 MB; keep long lists in [input] file");
  }

  private static void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> TestServices.parser().parse(file))
        .isInstanceOf(PipelineInvalidException.class)
        .hasMessageContaining(file + message);
  }

  @Test
  void listsAThousandProblemsAndCountsTheRest() {
    assertThatThrownBy(() -> toml("= 1\n".repeat(3000)))
        .isInstanceOfSatisfying(
            PipelineInvalidException.class, e -> assertThat(e.problems()).hasSize(1001))
        .hasMessageContaining("1:1: 3000 problems, 1000 of them listed; repair these first");
  }

  @Test
  void readsALargeGraphInOneGo() {
    StringBuilder text = new StringBuilder("[[nodes]]\nid = \"n0\"\nservice = \"noop\"\n");
    for (int i = 1; i < 10_000; i++) {
      text.append("[[nodes]]\nid = \"n%d\"\nservice = \"noop\"\n".formatted(i));
      text.append("depends_on = [\"n%d\"]\n".formatted(i - 1));
    }
    Topology topology = Topology.of(toml(text.toString()));
    assertThat(topology.level("n9999")).isEqualTo(9999);
  }

  @Test
  void keepsNoProblemsOfOneFileForTheNext() {
    PipelineParser parser = TestServices.parser();
    assertThatThrownBy(() -> parser.parse("x = 1", "x.toml", PipelineFormat.TOML));
    assertThat(parser.parse(ONE_NODE, "y.toml", PipelineFormat.TOML).nodes())
        .extracting(Node::id)
        .isEqualTo(List.of("a"));
  }

  @Test
  void refusesWhatFindsItemsBetweenASplitAndItsCollector() {
    ConfigSchema none = ConfigSchema.empty();
    PipelineParser parser =
        new PipelineParser(
            Map.of("noop", none, "split", none, "crawl", none),
            Optional::of,
            "split"::equals,
            "crawl"::equals);
    String toml =
        """
        [[nodes]]
        id = "parts"
        service = "split"
        [[nodes]]
        id = "site"
        service = "crawl"
        depends_on = ["parts"]
        [[nodes]]
        id = "all"
        service = "noop"
        depends_on = ["site"]
        collect = true
        """;

    assertThatThrownBy(() -> parser.parse(toml, "test.toml", PipelineFormat.TOML))
        .hasMessageContaining(
            "test.toml:12:1: node \"all\" collects what \"parts\" emits, and \"site\" finds further"
                + " items between them, which nobody can tell when all are there: parts -> site;"
                + " move it in front of \"parts\", or take \"collect\" out");
  }
}
