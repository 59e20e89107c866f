package dev.stygian.cli.documentation;

import dev.stygian.cli.StygianProgram;
import dev.stygian.cli.output.Console;
import dev.stygian.graph.settings.Environment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Runs the program for {@code src/test/sh/stygian-in-tests}, which stands for the launcher in a
 * document's terminal: a command costs a tenth of a process of its own. Commands that still run at
 * the end are interrupted.
 */
final class ProgramServer implements AutoCloseable {
  private final ServerSocket socket;
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();

  ProgramServer() throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    var _ = calls.submit(this::accept);
  }

  int port() {
    return socket.getLocalPort();
  }

  private boolean accept() throws IOException {
    while (!socket.isClosed()) {
      Socket call = socket.accept();
      var _ = calls.submit(() -> serve(call));
    }
    return true;
  }

  private static int serve(Socket call) throws IOException {
    try (call;
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(call.getInputStream(), StandardCharsets.UTF_8))) {
      int code = run(Path.of(lines.readLine()), call);
      say(call, String.valueOf(code));
      return code;
    }
  }

  private static void say(Socket caller, String line) throws IOException {
    caller.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /** Runs a command, and tells its caller when both of its outputs are open. */
  private static int run(Path call, Socket caller) throws IOException {
    List<String> arguments = list(call.resolve("arguments"));
    Map<String, String> variables =
        list(call.resolve("environment")).stream()
            .map(line -> line.split("=", 2))
            .filter(parts -> parts.length == 2)
            .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1], (a, b) -> a));
    Path folder = Path.of(Files.readString(call.resolve("folder")).strip());
    Path errors = call.resolve("err");
    try (InputStream in = Files.newInputStream(call.resolve("in"));
        OutputStream out = pipe(call.resolve("out"));
        OutputStream err = Files.exists(errors) ? pipe(errors) : out) {
      say(caller, "open");
      Console console =
          new Console(
              in, print(out), print(err), Environment.of(variables), folder, /* terminal */ false);
      return StygianProgram.run(console, arguments.toArray(String[]::new));
    }
  }

  /**
   * The writing side of a pipe. To open that alone would wait for a reader, and one that was killed
   * never comes.
   */
  private static OutputStream pipe(Path path) throws IOException {
    try (FileChannel _ =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return Files.newOutputStream(path);
    }
  }

  private static PrintStream print(OutputStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  /** Texts that each end in a zero byte. */
  private static List<String> list(Path file) throws IOException {
    String text = Files.readString(file);
    return text.isEmpty()
        ? List.of()
        : Arrays.asList(text.substring(0, text.length() - 1).split("\0", -1));
  }

  @Override
  public void close() throws IOException {
    socket.close();
    calls.shutdownNow();
    calls.close();
  }
}
