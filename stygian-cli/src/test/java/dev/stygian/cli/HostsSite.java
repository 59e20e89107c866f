package dev.stygian.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** A page for every path on every address 127.x.y.z, and when it was asked for. */
final class HostsSite implements AutoCloseable {
  private static final byte[] PAGE =
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage"
          .getBytes(US_ASCII);
  private static final byte[] NONE =
      "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII);

  private static final long LAG_STEP_NANOS = 500_000;

  private final ServerSocket socket = new ServerSocket();
  private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("site-", 0).factory());

  private volatile boolean closed;
  private final Queue<Lag> lags = new ConcurrentLinkedQueue<>();

  /** For so long before it ran, a thread should have run. */
  private record Lag(long endNanos, long nanos) {}

  /** A request, as its first byte was read. */
  record Arrival(String host, String path, long nanos) {}

  HostsSite() throws IOException {
    socket.bind(new InetSocketAddress("0.0.0.0", 0), 500);
    var _ = threads.submit(this::accept);
    var _ = threads.submit(this::measureLag);
  }

  /**
   * How late a thread that should have run was seen to run in a time, at most: as those that read
   * requests do, and those of others on this machine that send them.
   */
  Duration longestLag(long fromNanos, long toNanos) {
    return Duration.ofNanos(
        lags.stream()
            .filter(lag -> lag.endNanos - fromNanos >= 0 && lag.endNanos - lag.nanos - toNanos <= 0)
            .mapToLong(Lag::nanos)
            .max()
            .orElse(0));
  }

  private boolean measureLag() {
    while (!closed) {
      long asked = System.nanoTime();
      LockSupport.parkNanos(LAG_STEP_NANOS);
      long now = System.nanoTime();
      long lag = now - asked - LAG_STEP_NANOS;
      if (lag > LAG_STEP_NANOS) {
        lags.add(new Lag(now, lag));
      }
    }
    return true;
  }

  int port() {
    return socket.getLocalPort();
  }

  List<Arrival> arrivals() {
    return List.copyOf(arrivals);
  }

  private boolean accept() throws IOException {
    while (true) {
      Socket connection = socket.accept();
      connection.setTcpNoDelay(true);
      var _ = threads.submit(() -> serve(connection));
    }
  }

  private boolean serve(Socket connection) throws IOException {
    String host = connection.getLocalAddress().getHostAddress();
    try (connection) {
      InputStream in = connection.getInputStream();
      for (int first = in.read(); first >= 0; first = in.read()) {
        long nanos = System.nanoTime();
        String head = head(first, in);
        String path = head.split(" ", 3)[1];
        arrivals.add(new Arrival(host, path, nanos));
        connection.getOutputStream().write(path.equals("/robots.txt") ? NONE : PAGE);
      }
    }
    return true;
  }

  private static String head(int first, InputStream in) throws IOException {
    StringBuilder head = new StringBuilder().append((char) first);
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the request ends in its head");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    socket.close();
    threads.shutdownNow();
  }
}
