package dev.stygian.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** The program as a process of its own, in a folder, with what it says in files there. */
final class Program implements AutoCloseable {
  private static final long LONGEST_SECONDS = 60;

  private final Process process;
  private final Path out;
  private final Path err;

  private Program(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  static Program start(Path folder, String... arguments) {
    return start(folder, Map.of(), arguments);
  }

  /** With more in its environment than this process has; of our own variables it has no other. */
  static Program start(Path folder, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>();
    // a process group of its own, as a terminal's command has, and its interrupts, which who starts
    // tests
    // in the background may ignore
    command.addAll(List.of("env", "--default-signal=INT", "setsid"));
    command.addAll(ProgramJvm.command());
    command.addAll(List.of(arguments));
    try {
      Path out = Files.createTempFile(folder, "out", ".txt");
      Path err = Files.createTempFile(folder, "err", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().keySet().removeIf(name -> name.matches("(REDIS|STYGIAN)_.*"));
      builder.environment().putAll(environment);
      return new Program(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  List<ProcessHandle> children() {
    return process.children().filter(ProcessHandle::isAlive).toList();
  }

  String out() {
    return text(out);
  }

  String err() {
    return text(err);
  }

  void kill() {
    signal("KILL");
    exitCode();
  }

  void signal(String name) {
    send(name, String.valueOf(process.pid()));
  }

  /** To it and all that it started, as Ctrl-C does. */
  void signalGroup(String name) {
    send(name, "-" + process.pid());
  }

  private static void send(String name, String target) {
    try {
      int code = new ProcessBuilder("kill", "-s", name, "--", target).start().waitFor();
      assertThat(code).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for the end. */
  int exitCode() {
    try {
      assertThat(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS))
          .as("it ends; %s", err())
          .isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Program endedWith(int code) {
    assertThat(exitCode()).as("exit code; out: %s; err: %s", out(), err()).isEqualTo(code);
    return this;
  }

  /** Standard output as lines of JSON. */
  List<JsonNode> results() {
    return out().lines().map(Json::parse).toList();
  }

  /** A file's text; empty where it is not there yet. */
  static String text(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (NoSuchFileException _) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static long lines(Path file) {
    return text(file).chars().filter(c -> c == '\n').count();
  }

  /** What a crash in the middle of a line leaves. */
  static void tear(Path file) {
    try {
      Optional<String> line = text(file).lines().findFirst();
      String half = line.map(l -> l.substring(0, l.length() / 2)).orElse("{\"item\":");
      Files.writeString(file, half, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every input exactly once, and whole lines only. */
  static void assertWhole(Path file, List<String> inputs) {
    assertThat(text(file)).endsWith("\n");
    List<JsonNode> results = text(file).lines().map(Json::parse).toList();
    assertThat(results)
        .extracting(r -> r.get("item").asString())
        .containsExactlyInAnyOrderElementsOf(inputs);
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
