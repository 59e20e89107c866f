package dev.stygian.services.site;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves a folder's files on a free port of 127.0.0.1 until it is closed. Only what lies in the
 * folder is served: a path that leads out of it, by {@code ..} or by a symbolic link, is not found.
 * A folder is answered with its {@code index.html}. No charset is declared, so pages declare their
 * own.
 */
public final class SiteServer implements AutoCloseable {
  private static final int BACKLOG = 1024;
  private static final String NO_DELAY = "sun.net.httpserver.nodelay";

  static {
    // Read once, when the JDK's server is first used. Without it the body of an answer waits for
    // the
    // acknowledgement of its headers: 50 ms a page of 60 KB instead of 1 ms.
    if (System.getProperty(NO_DELAY) == null) {
      System.setProperty(NO_DELAY, "true");
    }
  }

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html"),
          Map.entry("htm", "text/html"),
          Map.entry("xhtml", "application/xhtml+xml"),
          Map.entry("xml", "application/xml"),
          Map.entry("json", "application/json"),
          Map.entry("jsonl", "application/x-ndjson"),
          Map.entry("csv", "text/csv"),
          Map.entry("txt", "text/plain"),
          Map.entry("md", "text/markdown"),
          Map.entry("css", "text/css"),
          Map.entry("js", "text/javascript"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("gif", "image/gif"),
          Map.entry("webp", "image/webp"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("pdf", "application/pdf"));

  private final Path folder;
  private final HttpServer server;
  private final ExecutorService threads;

  private SiteServer(Path folder, HttpServer server, ExecutorService threads) {
    this.folder = folder;
    this.server = server;
    this.threads = threads;
  }

  /**
   * Starts serving {@code folder}.
   *
   * @throws IOException where it is no readable folder, or no port is free
   */
  public static SiteServer start(Path folder) throws IOException {
    return start(folder, 0);
  }

  /**
   * Starts serving {@code folder} on a given port: where a run goes on that began with it.
   *
   * @param port 0: any free one
   * @throws IOException where it is no readable folder, or the port is not free
   */
  public static SiteServer start(Path folder, int port) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("\"" + folder + "\" is no folder; name one that holds the pages");
    }
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback, port), BACKLOG);
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("stygian-site-", 1).factory());
    SiteServer site = new SiteServer(folder.toRealPath(), server, threads);
    server.setExecutor(threads);
    server.createContext("/", site::answer);
    server.start();
    return site;
  }

  /** Where the folder's root is, with a slash at the end: {@code http://127.0.0.1:43210/}. */
  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")
          && !exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        sendText(exchange, 405, "405: only GET and HEAD are served\n");
        return;
      }
      String path = exchange.getRequestURI().getPath();
      Optional<Path> found = path == null ? Optional.empty() : find(path);
      if (found.isEmpty()) {
        sendText(exchange, 404, "404: this folder has no such file\n");
      } else if (Files.isDirectory(found.get())) {
        String query = exchange.getRequestURI().getRawQuery();
        exchange
            .getResponseHeaders()
            .set(
                "Location",
                exchange.getRequestURI().getRawPath() + "/" + (query == null ? "" : "?" + query));
        sendText(exchange, 301, "301: a folder's path ends with a slash\n");
      } else {
        sendFile(exchange, found.get());
      }
    }
  }

  /** The file of a path, or a folder where the path lacks the slash at its end. */
  private Optional<Path> find(String path) throws IOException {
    Path target;
    try {
      target = folder.resolve(path.replaceFirst("^/+", "")).normalize();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
    if (!target.startsWith(folder)) {
      return Optional.empty();
    }
    boolean wantsIndex = path.endsWith("/");
    Path named = wantsIndex ? target.resolve("index.html") : target;
    if (!Files.exists(named)) {
      return Optional.empty();
    }
    Path real = named.toRealPath();
    boolean servable = Files.isRegularFile(real) || (Files.isDirectory(real) && !wantsIndex);
    return real.startsWith(folder) && servable ? Optional.of(real) : Optional.empty();
  }

  private static void sendFile(HttpExchange exchange, Path file) throws IOException {
    String name = file.getFileName().toString();
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    exchange
        .getResponseHeaders()
        .set("Content-Type", TYPES.getOrDefault(extension, "application/octet-stream"));
    try (InputStream in = Files.newInputStream(file)) {
      long bytes = Files.size(file);
      if (begin(exchange, 200, bytes)) {
        try (OutputStream out = exchange.getResponseBody()) {
          in.transferTo(out);
        }
      }
    }
  }

  private static void sendText(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain");
    if (begin(exchange, status, bytes.length)) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(bytes);
      }
    }
  }

  /** Sends the status and says whether a body must follow. */
  private static boolean begin(HttpExchange exchange, int status, long bytes) throws IOException {
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", Long.toString(bytes));
    }
    exchange.sendResponseHeaders(status, head || bytes == 0 ? -1 : bytes);
    return !head && bytes > 0;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
