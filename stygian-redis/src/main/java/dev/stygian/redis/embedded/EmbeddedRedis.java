package dev.stygian.redis.embedded;

import dev.stygian.graph.error.QueueUnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A private server process on a free loopback port, with its data in a folder. It ends with {@link
 * #close}, and with this process. Thread-safe.
 */
public final class EmbeddedRedis implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(20);
  private static final int TRIES = 5;

  private final ServerBinary binary;
  private final Path folder;
  private final int port;
  private final List<String> options;
  private final Thread hook;
  private Process process;

  private EmbeddedRedis(
      ServerBinary binary, Path folder, int port, List<String> options, Process process) {
    this.binary = binary;
    this.folder = folder;
    this.port = port;
    this.options = options;
    this.process = process;
    this.hook = new Thread(this::stopNow, "stygian-embedded-redis-stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * The best server there is, its data kept in {@code folder} (append-only file, fsync each
   * second).
   */
  public static EmbeddedRedis start(Path folder) {
    return start(
        ServerBinary.best(),
        folder,
        List.of("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""));
  }

  /**
   * A given server with given options on top of the port, the address and the folder.
   *
   * @throws QueueUnavailableException where it does not start; the message ends with what it logged
   */
  public static EmbeddedRedis start(ServerBinary binary, Path folder, List<String> options) {
    QueueUnavailableException last = null;
    for (int i = 0; i < TRIES; i++) {
      try {
        int port = freePort();
        return new EmbeddedRedis(
            binary, folder, port, options, launch(binary, folder, port, options));
      } catch (QueueUnavailableException e) {
        last = e; // the port may have gone to somebody else in the meantime
      }
    }
    throw last == null ? new IllegalStateException("never tried") : last;
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  public long pid() {
    return process.pid();
  }

  /** Stops the server at once, as a crash would, its data as they are on disk. */
  public synchronized void kill() {
    process.destroyForcibly();
    await(process);
  }

  /** Asks the server to save and end; {@link #startAgain} brings it back with its data. */
  public synchronized void stop() {
    process.destroy();
    await(process);
  }

  /** Starts the server again on the same port, with what is in its folder. */
  public synchronized void startAgain() {
    process = launch(binary, folder, port, options);
  }

  @Override
  public void close() {
    stop();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // this process is ending already; the hook runs
    }
  }

  private void stopNow() {
    process.destroy();
  }

  private static void await(Process process) {
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new QueueUnavailableException("no free port on the loopback address", e);
    }
  }

  private static Process launch(ServerBinary binary, Path folder, int port, List<String> options) {
    Path log = folder.resolve("server.log");
    List<String> command = new ArrayList<>();
    // Ctrl-C goes to every process of the terminal's foreground group; the server must outlast it,
    // since the program still books what was running. Where there is no setsid it does not.
    ServerBinary.onPath("setsid").ifPresent(setsid -> command.add(setsid.path().toString()));
    command.add(binary.path().toString());
    command.addAll(List.of("--port", String.valueOf(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--dir", folder.toString(), "--daemonize", "no"));
    command.addAll(List.of("--lazyfree-lazy-expire", "yes"));
    command.addAll(options);
    Process process;
    try {
      Files.createDirectories(folder);
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new QueueUnavailableException(
          "the server " + binary.path() + " cannot be started in " + folder, e);
    }
    long end = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < end && process.isAlive()) {
      if (answers(port)) {
        return process;
      }
      try {
        process.waitFor(5, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
        throw new QueueUnavailableException("interrupted while the server started", e);
      }
    }
    process.destroyForcibly();
    throw new QueueUnavailableException(
        "the server " + binary.path() + " did not start: " + tail(log));
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      socket.setSoTimeout(1000);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] reply = socket.getInputStream().readNBytes(5);
      return new String(reply, StandardCharsets.US_ASCII).equals("+PONG");
    } catch (IOException e) {
      return false;
    }
  }

  private static String tail(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    } catch (IOException e) {
      return "it left no log in " + log;
    }
  }
}
