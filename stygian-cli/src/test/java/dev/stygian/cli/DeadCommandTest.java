package dev.stygian.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What {@code stygian dead} does with items that a site's robots.txt excludes, beside dead ones.
 */
final class DeadCommandTest {
  private static final String PIPELINE =
      """
      id = "site"
      allow_private = true
      [[nodes]]
      id = "fetch"
      service = "http"
      config = { user_agent = "probe" }
      """;

  @TempDir private Path folder;
  private HttpServer site;
  private EmbeddedRedis server;
  private Cli cli;

  @BeforeEach
  void start() throws IOException {
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    site.createContext("/", DeadCommandTest::answer);
    site.start();
    server = EmbeddedRedis.start(folder.resolve("redis"));
    cli = Cli.in(folder).with("REDIS_URL", server.url());
    cli.write("site.toml", PIPELINE);
  }

  @AfterEach
  void stop() {
    server.close();
    site.stop(0);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/missing")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      String text = path.equals("/robots.txt") ? "User-agent: *\nDisallow: /private\n" : path;
      byte[] body = text.getBytes(UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private String url(String path) {
    return "http://127.0.0.1:" + site.getAddress().getPort() + path;
  }

  private String reason(String path) {
    return "robots.txt of " + url("") + " disallows " + path + " for probe";
  }

  /** Of the items 0 to 3 one is done, one dead, and two are excluded. */
  private Cli.Ended crawled(String... more) {
    Stream<String> urls = Stream.of("/a", "/missing", "/private/1", "/private/2").map(this::url);
    Stream<String> words = Stream.concat(Stream.of("run", "site.toml"), urls);
    return cli.run(Stream.concat(words, Stream.of(more)).toArray(String[]::new))
        .withCode(ExitCode.INCOMPLETE);
  }

  private void crawledOnServer() {
    crawled("--queue", server.url(), "--id", "r");
  }

  private List<JsonNode> excluded() {
    return cli.run("dead", "list", "r", "--excluded", "--json").withCode(ExitCode.OK).results();
  }

  private JsonNode status() {
    return cli.run("status", "r", "--json").withCode(ExitCode.OK).json();
  }

  @Test
  void excludedItemsAreListedWithTheReason() {
    crawledOnServer();

    String people = cli.run("dead", "list", "r", "--excluded").withCode(ExitCode.OK).out();

    assertThat(people.lines()).hasSize(3);
    assertThat(people)
        .containsPattern("^id  node +attempts +item +reason\n")
        .contains('"' + url("/private/1") + "\"  " + reason("/private/1"))
        .contains('"' + url("/private/2") + "\"  " + reason("/private/2"));
    assertThat(excluded())
        .hasSize(2)
        .allSatisfy(letter -> {
          assertThat(letter.get("excluded").asBoolean()).isTrue();
          String path = letter.get("item").asString().substring(url("").length());
          assertThat(letter.at("/errors/0/message").asString()).isEqualTo(reason(path));
        });
    assertThat(cli.run("dead", "list", "r").out()).contains("/missing").doesNotContain("private");
  }

  @Test
  void bothKindsHaveTheSameFields() {
    crawledOnServer();

    JsonNode dead = cli.run("dead", "list", "r", "--json").withCode(ExitCode.OK).json();

    assertThat(dead.get("excluded").asBoolean(true)).isFalse();
    assertThat(excluded().getFirst().propertyNames())
        .containsExactlyElementsOf(dead.propertyNames());
  }

  @Test
  void excludedItemIsShownByItsId() {
    crawledOnServer();
    JsonNode letter = excluded().getFirst();
    String id = letter.get("id").asString();

    String people = cli.run("dead", "show", "r", id).withCode(ExitCode.OK).out();

    String path = letter.get("item").asString().substring(url("").length());
    assertThat(people)
        .containsPattern("\nexcluded  \\S+Z\n")
        .endsWith("reason    " + reason(path) + "\n")
        .doesNotContain("died");
    assertThat(cli.run("dead", "show", "r", id, "--json").withCode(ExitCode.OK).json())
        .isEqualTo(letter);
    assertThat(cli.run("dead", "show", "r", "77").withCode(ExitCode.USAGE).onlyError())
        .contains("no dead letter and no excluded item \"77\"")
        .contains("--excluded");
  }

  @Test
  void excludedItemsGoBackToWorkOnlyByTheirIds() {
    crawledOnServer();
    String id = excluded().getFirst().get("id").asString();

    assertThat(cli.run("dead", "replay", "r", "--all").withCode(ExitCode.OK).err())
        .isEqualTo("1 put back to work\n");
    assertThat(excluded()).hasSize(2);
    assertThat(cli.run("dead", "replay", "r", id).withCode(ExitCode.OK).err())
        .isEqualTo("1 put back to work\n");

    assertThat(excluded()).hasSize(1);
    assertThat(status().get("excluded").asInt()).isEqualTo(1);
    assertThat(status().get("in_flight").asInt()).isEqualTo(2);
    cli.run("receipt", "r").withCode(ExitCode.OK);
  }

  @Test
  void excludedItemsAreDroppedOnlyByTheirIdsAndStayCounted() {
    crawledOnServer();
    String id = excluded().getFirst().get("id").asString();

    assertThat(cli.run("dead", "drop", "r", "--all").err()).isEqualTo("1 dropped\n");
    assertThat(excluded()).hasSize(2);
    assertThat(cli.run("dead", "drop", "r", id).err()).isEqualTo("1 dropped\n");

    assertThat(excluded()).hasSize(1);
    assertThat(status().get("excluded").asInt()).isEqualTo(2);
    cli.run("receipt", "r").withCode(ExitCode.OK);
  }

  @Test
  void runTellsWhatIsExcludedAndHowToSeeAll() {
    String local = crawled().err();
    String shared = crawled("--queue", server.url(), "--id", "r", "--fresh").err();

    String line =
        "excluded: \"" + url("/private/1") + "\" at node fetch: " + reason("/private/1") + "\n";
    assertThat(local).contains(line).doesNotContain("dead list");
    assertThat(shared)
        .contains(line)
        .contains(" dead list r --excluded --queue " + server.url() + "\n");
  }

  @Test
  void whereNothingIsExcludedThatIsSaid() {
    cli.run("run", "site.toml", url("/a"), "--queue", server.url(), "--id", "r")
        .withCode(ExitCode.OK);

    Cli.Ended people = cli.run("dead", "list", "r", "--excluded").withCode(ExitCode.OK);

    assertThat(people.out()).isEmpty();
    assertThat(people.err()).isEqualTo("no excluded items in r\n");
    assertThat(excluded()).isEmpty();
  }
}
