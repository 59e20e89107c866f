package dev.stygian.cli.documentation;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.services.site.SiteServer;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The machine that a document plays on: a copy of the examples, the program, an own queue server
 * for {@code redis://localhost:6379} and the quickstart's shop for {@code https://shop.example}.
 */
final class Workspace implements AutoCloseable {
  private static final String DOCUMENTED_QUEUE = "redis://localhost:6379";
  private static final String DOCUMENTED_SHOP = "https://shop.example/";

  private final Path folder;
  private final Path scratch;
  private final ProgramServer program = new ProgramServer();
  private final EmbeddedRedis redis;
  private final SiteServer shop;
  private final List<Terminal> terminals = new ArrayList<>();

  Workspace(Path temporary) throws IOException {
    this.folder = Files.createDirectories(temporary.resolve("stygian-graph"));
    this.scratch = Files.createDirectories(temporary.resolve("scratch"));
    copy(Document.REPOSITORY.resolve("examples"), folder.resolve("examples"));
    Path launcher = Path.of("src", "test", "sh", "stygian-in-tests");
    Files.copy(launcher, folder.resolve("stygian"), StandardCopyOption.COPY_ATTRIBUTES);
    Path lib = folder.resolve("target/launcher/stygian-cli/stygian/lib");
    fillLib(Files.createDirectories(lib));
    this.redis = EmbeddedRedis.start(scratch.resolve("redis"));
    this.shop = SiteServer.start(folder.resolve("examples/quickstart/site"), 0);
  }

  Path folder() {
    return folder;
  }

  /** A document's text with the addresses of this machine. */
  String here(String documented) {
    return documented
        .replace(DOCUMENTED_QUEUE, redis.url())
        .replace(DOCUMENTED_SHOP, shop.baseUrl().toString());
  }

  /** What was printed here, with the addresses of the document and paths from its folder. */
  String documented(String here) {
    return here.replace(redis.url(), DOCUMENTED_QUEUE)
        .replace(shop.baseUrl().toString(), DOCUMENTED_SHOP)
        .replace(folder + "/", "");
  }

  Terminal terminal() throws IOException {
    Map<String, String> variables =
        Map.of(
            "PATH",
            folder
                + File.pathSeparator
                + Path.of(System.getProperty("java.home"), "bin")
                + File.pathSeparator
                + System.getenv("PATH"),
            "DOCUMENT_SCRATCH",
            scratch.toString(),
            "DOCUMENT_LIB",
            folder.resolve("target/launcher/stygian-cli/stygian/lib").toString(),
            "DOCUMENT_PORT",
            String.valueOf(program.port()));
    Terminal terminal =
        new Terminal(folder, scratch.resolve("terminal-" + terminals.size()), variables);
    terminals.add(terminal);
    return terminal;
  }

  /**
   * What the launcher's folder of jars gives: one jar, which names all that this test runs with.
   */
  private static void fillLib(Path lib) throws IOException {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(Path::of)
            .map(path -> path.toAbsolutePath() + (Files.isDirectory(path) ? "/" : ""))
            .collect(Collectors.joining(" "));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
    try (OutputStream file = Files.newOutputStream(lib.resolve("stygian.jar"));
        JarOutputStream jar = new JarOutputStream(file, manifest)) {
      jar.finish();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Files.copy(
            path, to.resolve(from.relativize(path).toString()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  @Override
  public void close() throws IOException {
    terminals.forEach(Terminal::close);
    program.close();
    shop.close();
    redis.close();
  }
}
