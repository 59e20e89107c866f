package dev.stygian.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A crawl follows the sitemaps that a robots.txt names; the site counts who asks for what. */
final class SitemapsOfRobotsTest {
  private static final String CRAWL =
      """
      id = "site"
      allow_private = true
      [[nodes]]
      id = "pages"
      service = "crawl"
      [nodes.config]
      max_depth = 0
      """;

  private static final String POLITE =
      CRAWL + "sitemaps = \"robots\"\n[politeness]\ninterval = \"20ms\"\nconcurrency = 1\n";

  private static final List<String> ALL =
      List.of("/robots.txt", "/", "/maps/all", "/maps/1.xml", "/maps/2.xml.gz", "/a", "/b");

  @TempDir private Path folder;
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer site;
  private EmbeddedRedis server;
  private Cli cli;

  @BeforeEach
  void start() throws IOException {
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    site.setExecutor(threads);
    site.createContext("/", this::answer);
    site.start();
    server = EmbeddedRedis.start(folder.resolve("redis"));
    cli = Cli.in(folder).with("REDIS_URL", server.url());
    cli.write("polite.toml", POLITE);
    String robots = "User-agent: *\nDisallow: /private\nSitemap: " + base() + "/maps/all\n";
    files.put("/robots.txt", robots.getBytes(UTF_8));
    files.put("/maps/all", index("/maps/1.xml", "/maps/2.xml.gz", "/maps/1.xml").getBytes(UTF_8));
    files.put("/maps/1.xml", pages("/a", "/private/c", "/").getBytes(UTF_8));
    String elsewhere = "<url><loc>http://elsewhere.invalid/</loc></url></urlset>";
    files.put("/maps/2.xml.gz", packed(pages("/b", "/a").replace("</urlset>", elsewhere)));
    for (String page : List.of("/", "/a", "/b", "/private/c")) {
      files.put(page, ("<title>" + page).getBytes(UTF_8));
    }
  }

  @AfterEach
  void stop() {
    server.close();
    site.stop(0);
    threads.shutdownNow();
  }

  private String base() {
    return "http://127.0.0.1:" + site.getAddress().getPort();
  }

  private String index(String... paths) {
    StringBuilder text = new StringBuilder("<sitemapindex>");
    for (String path : paths) {
      text.append("<sitemap><loc>").append(base()).append(path).append("</loc></sitemap>");
    }
    return text.append("</sitemapindex>").toString();
  }

  private String pages(String... paths) {
    StringBuilder text = new StringBuilder("<urlset>");
    for (String path : paths) {
      text.append("<url><loc>").append(base()).append(path).append("</loc></url>");
    }
    return text.append("</urlset>").toString();
  }

  private static byte[] packed(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(text.getBytes(UTF_8));
    }
    return packed.toByteArray();
  }

  private void answer(HttpExchange exchange) throws IOException {
    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      requests.add(path);
      byte[] file = files.get(path);
      boolean isMap = path.startsWith("/maps");
      exchange.getResponseHeaders().set("Content-Type", isMap ? "application/xml" : "text/html");
      if (path.equals("/")) {
        exchange.getResponseHeaders().set("Cache-Control", "max-age=86400");
      }
      if (file != null) {
        atOnce.decrementAndGet(); // before the client has it, and may ask for the next
        exchange.sendResponseHeaders(200, file.length);
        exchange.getResponseBody().write(file);
      } else {
        atOnce.decrementAndGet();
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  /** The paths of a run's results. */
  private Stream<String> run(String pipeline, String... more) {
    String[] words =
        Stream.concat(
                Stream.of("run", pipeline, base() + "/", "--workers", "8", "--fresh"),
                Stream.of(more))
            .toArray(String[]::new);
    return cli.run(words).withCode(ExitCode.OK).results().stream()
        .map(line -> line.at("/output/url").asString().substring(base().length()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachFileIsAskedForOnceInItsHostsLane(boolean isOnServer) {
    String[] where =
        isOnServer ? new String[] {"--queue", server.url(), "--id", "r"} : new String[0];

    assertThat(run("polite.toml", where)).containsExactlyInAnyOrder("/", "/a", "/b");

    assertThat(requests).containsExactlyInAnyOrderElementsOf(ALL);
    assertThat(mostAtOnce).hasValue(1);
    if (isOnServer) {
      String[] ofRun = {"r", "--queue", server.url(), "--json"};
      JsonNode hosts = cli.run(with("hosts", ofRun)).json();
      JsonNode status = cli.run(with("status", ofRun)).json();
      assertThat(hosts.at("/hosts/0/requests").asInt()).as("%s", hosts).isEqualTo(ALL.size());
      assertThat(status.get("excluded").asInt()).as("%s", status).isEqualTo(1);
    }
  }

  private static String[] with(String command, String... arguments) {
    return Stream.concat(Stream.of(command), Stream.of(arguments)).toArray(String[]::new);
  }

  @Test
  void robotsTxtThatIsNotObeyedIsAskedForItsSitemapsAlone() {
    cli.write("rude.toml", CRAWL + "sitemaps = \"robots\"\n[politeness]\nobey_robots = false\n");
    String robots = "User-agent: *\nCrawl-delay: 3600\nDisallow: /\nSitemap: /maps/1.xml\n";
    files.put("/robots.txt", robots.getBytes(UTF_8));

    assertThat(run("rude.toml")).containsExactlyInAnyOrder("/", "/a", "/private/c");

    assertThat(requests)
        .containsExactlyInAnyOrder("/", "/robots.txt", "/maps/1.xml", "/a", "/private/c");
  }

  /** Then nobody has asked for robots.txt; it is fetched for its sitemaps, in its host's lane. */
  @Test
  void startFromTheCacheLeadsToSitemapsToo() {
    cli.write("first.toml", CRAWL + "cache = true\n[politeness]\nobey_robots = false\n");
    cli.write("again.toml", POLITE.replace("max_depth", "cache = true\nmax_depth"));
    run("first.toml", "--queue", server.url());
    assertThat(requests).containsExactly("/");
    requests.clear();

    assertThat(run("again.toml", "--queue", server.url()))
        .containsExactlyInAnyOrder("/", "/a", "/b");

    assertThat(requests)
        .containsExactlyInAnyOrderElementsOf(
            ALL.stream().filter(path -> !path.equals("/")).toList());
  }

  @Test
  void servedFolderHasARobotsTxtForThatToo() {
    cli.write("folder/index.html", "<title>front");
    cli.write("folder/robots.txt", "User-agent: *\nDisallow: /\nSitemap: /sitemap.xml\n");
    cli.write("folder/sitemap.xml", "<urlset><url><loc>/b.html</loc></url></urlset>");
    cli.write("folder/b.html", "<title>b");
    cli.write("served.toml", POLITE + "[input]\nserve = \"folder\"\nurls = [\"/\"]\n");

    assertThat(cli.run("run", "served.toml").withCode(ExitCode.OK).results())
        .extracting(line -> line.at("/output/body").asString())
        .containsExactlyInAnyOrder("<title>front", "<title>b");
  }
}
