package dev.stygian.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/** A site whose requests stay without an answer until they are let through. */
final class GatedSite implements AutoCloseable {
  private static final int ALL = Integer.MAX_VALUE / 2;

  private final Semaphore gate = new Semaphore(0, true);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  private GatedSite(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  static GatedSite start() {
    try {
      return new GatedSite(
          HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** So many addresses of pages. */
  List<String> urls(int count) {
    int port = server.getAddress().getPort();
    return IntStream.range(0, count).mapToObj(i -> "http://127.0.0.1:" + port + "/" + i).toList();
  }

  /** How many requests wait for their answers. */
  int waiting() {
    return gate.getQueueLength();
  }

  /** Answers so many requests, those first that have waited longest. */
  void let(int requests) {
    gate.release(requests);
  }

  void letAll() {
    let(ALL);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      gate.acquire();
      exchange.sendResponseHeaders(204, -1);
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException("the site is closed").initCause(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
