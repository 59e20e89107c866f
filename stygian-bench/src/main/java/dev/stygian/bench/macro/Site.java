package dev.stygian.bench.macro;

import dev.stygian.redis.embedded.ServerBinary;
import dev.stygian.services.site.SiteServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Pages on a free loopback port: those of Debian's openjdk-17-doc where it is installed, else pages
 * made here; by nginx where that is installed, else by a server in this process.
 */
final class Site implements AutoCloseable {
  private static final Path DOCUMENTATION = Path.of("/usr/share/doc/openjdk-17-jre-headless/api");
  private static final int LINKS = 60;
  private static final int TRIES = 200;

  private final Runnable stop;
  private final String what;
  private final List<String> urls;

  private Site(Runnable stop, String what, List<String> urls) {
    this.stop = stop;
    this.what = what;
    this.urls = urls;
  }

  /**
   * Serves so many pages, where there are fewer some of them under several URLs; {@code work} is a
   * folder for what that takes.
   */
  static Site start(int pages, Path work) throws IOException, InterruptedException {
    boolean isReal = Files.isDirectory(DOCUMENTATION);
    Path root = isReal ? DOCUMENTATION : made(pages, work.resolve("pages"));
    List<String> files = files(root, pages);
    if (files.isEmpty()) {
      throw new IllegalStateException(root + " holds no page");
    }
    for (String file : files) { // so that no round has to fetch it from the disk
      Files.copy(root.resolve(file), OutputStream.nullOutputStream());
    }
    List<String> paths = paths(files, pages);
    Optional<ServerBinary> nginx = ServerBinary.onPath("nginx");
    String what =
        (isReal ? "openjdk-17-doc" : "pages made here")
            + (files.size() < pages ? " (%,d, some several times)".formatted(files.size()) : "")
            + " by "
            + (nginx.isPresent() ? "nginx" : "a server in this process");
    if (nginx.isEmpty()) {
      SiteServer server = SiteServer.start(root);
      return new Site(
          server::close, what, urls("http://127.0.0.1:" + server.baseUrl().getPort(), paths));
    }
    int port = freePort();
    Process process = nginx(nginx.get().path(), root, work, port);
    return new Site(() -> stop(process), what, urls("http://127.0.0.1:" + port, paths));
  }

  /** Every second page in the order of the paths' bytes, as the comparison with others takes it. */
  private static List<String> files(Path root, int pages) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      List<String> sorted =
          files
              .filter(file -> file.toString().endsWith(".html") && Files.isRegularFile(file))
              .map(file -> root.relativize(file).toString())
              .sorted(Canonical.BY_BYTES)
              .toList();
      List<String> taken = new ArrayList<>();
      for (int i = 0; i < sorted.size() && taken.size() < pages; i += 2) {
        taken.add(sorted.get(i));
      }
      return taken;
    }
  }

  /** So many paths of these files, with a query where one comes again: each is another URL. */
  static List<String> paths(List<String> files, int pages) {
    return IntStream.range(0, pages)
        .mapToObj(page -> {
          int copy = page / files.size();
          return files.get(page % files.size()) + (copy > 0 ? "?copy=" + copy : "");
        })
        .toList();
  }

  private static List<String> urls(String site, List<String> paths) {
    return paths.stream().map(path -> site + "/" + path).toList();
  }

  private static Path made(int pages, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (int page = 0; page < 2 * pages; page++) {
      StringBuilder html = new StringBuilder("<!doctype html><title>Page " + page + "</title>");
      html.append("<h1>Product ").append(page).append("</h1>");
      for (int link = 0; link < LINKS; link++) {
        html.append("<p><a href=\"p")
            .append(link)
            .append(".html\">to ")
            .append(link)
            .append("</a>");
      }
      Files.writeString(folder.resolve("p" + page + ".html"), html);
    }
    return folder;
  }

  private static Process nginx(Path program, Path root, Path work, int port)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(work.resolve("nginx"));
    Path config = folder.resolve("nginx.conf");
    Files.writeString(
        config,
        """
        daemon off; master_process off; pid %1$s/pid; error_log %1$s/error.log warn;
        events { worker_connections 1024; }
        http {
          access_log off; keepalive_requests 1000000;
          client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fcgi; uwsgi_temp_path %1$s/uwsgi; scgi_temp_path %1$s/scgi;
          types { text/html html; } charset utf-8;
          server { listen 127.0.0.1:%2$d; root %3$s; }
        }
        """
            .formatted(folder, port, root));
    Process process =
        new ProcessBuilder(
                program.toString(),
                "-c",
                config.toString(),
                "-p",
                folder.toString(),
                "-e",
                folder.resolve("error.log").toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("start.log").toFile())
            .start();
    for (int i = 0; i < TRIES && !answers(port); i++) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            "nginx does not start: " + Files.readString(folder.resolve("start.log")));
      }
    }
    return process;
  }

  private static boolean answers(int port) {
    try {
      var connection =
          (HttpURLConnection) URI.create("http://127.0.0.1:" + port + "/").toURL().openConnection();
      return connection.getResponseCode() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void stop(Process process) {
    process.destroy();
    process.onExit().join();
  }

  /** What is served, and by what. */
  String what() {
    return what;
  }

  List<String> urls() {
    return urls;
  }

  @Override
  public void close() {
    stop.run();
  }
}
