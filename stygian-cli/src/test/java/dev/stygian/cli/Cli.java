package dev.stygian.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.settings.Environment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The program in this process, on captured streams, with a folder and an environment of its own.
 */
record Cli(Path folder, Map<String, String> environment, String input, boolean terminal) {

  /** An empty environment, nothing on standard input, no terminal. */
  static Cli in(Path folder) {
    return new Cli(folder, Map.of(), "", false);
  }

  Cli with(String variable, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(variable, value);
    return new Cli(folder, Map.copyOf(more), input, terminal);
  }

  Cli with(Map<String, String> variables) {
    Map<String, String> more = new HashMap<>(environment);
    more.putAll(variables);
    return new Cli(folder, Map.copyOf(more), input, terminal);
  }

  Cli reading(String text) {
    return new Cli(folder, environment, text, terminal);
  }

  Cli onTerminal() {
    return new Cli(folder, environment, input, true);
  }

  /** How a command ended and what it said. */
  record Ended(int code, String out, String err) {
    /** Standard output as lines of JSON. */
    List<JsonNode> results() {
      return out.lines().map(Json::parse).toList();
    }

    /** Standard output as the one line of JSON that it must be. */
    JsonNode json() {
      assertThat(out.lines()).as("standard output, besides: %s", err).hasSize(1);
      return Json.parse(out.strip());
    }

    Ended withCode(int expected) {
      assertThat(code).as("exit code; out: %s; err: %s", out, err).isEqualTo(expected);
      return this;
    }

    /** Everything that was said, for what must be said nowhere. */
    String all() {
      return out + err;
    }

    /** One line that begins with the program's name, and nothing else at all. */
    String onlyError() {
      assertThat(out).isEmpty();
      assertThat(err.lines()).as(err).hasSize(1);
      assertThat(err).startsWith("stygian: ");
      return err.strip();
    }
  }

  Ended run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new ByteArrayInputStream(input.getBytes(UTF_8)),
            new PrintStream(out, false, UTF_8),
            new PrintStream(err, true, UTF_8),
            Environment.of(environment),
            folder,
            terminal);
    int code = Stygian.execute(console, arguments);
    console.out().flush();
    return new Ended(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** Writes a file of the folder. */
  Path write(String name, String content) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.toAbsolutePath().getParent());
      return Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<JsonNode> results(String name) {
    return read(name).lines().map(Json::parse).toList();
  }
}
