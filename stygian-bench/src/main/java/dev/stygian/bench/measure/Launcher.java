package dev.stygian.bench.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Commands that start the program as its users do, by its launcher. */
public final class Launcher {
  private Launcher() {}

  /** {@code stygian} with these words. */
  public static List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of(program().toString()));
    command.addAll(List.of(words));
    return command;
  }

  /** {@code java} of the JDK that runs this process, with these words. */
  public static List<String> jdk(String... words) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = new ArrayList<>(List.of(java));
    command.addAll(List.of(words));
    return command;
  }

  /** A program of the bench's own, with no option of the JVM. */
  public static List<String> java(Class<?> main, String... words) {
    List<String> command = jdk("-cp", System.getProperty("java.class.path"), main.getName());
    command.addAll(List.of(words));
    return command;
  }

  /** Lets the launcher build what has to be built before anything is measured. */
  public static void warmUp(Path folder) throws IOException, InterruptedException {
    WholeProcess.run(command("--version"), folder, Map.of());
  }

  /** The folder of the source whose launcher started this; empty where none did. */
  public static Optional<Path> home() throws IOException {
    String program = System.getProperty("stygian.program");
    return program == null
        ? Optional.empty()
        : Optional.ofNullable(Path.of(program).toRealPath().getParent());
  }

  private static Path program() {
    String program = System.getProperty("stygian.program");
    if (program == null) {
      throw new IllegalStateException(
          "the launcher is not known; start the bench by ./stygian bench");
    }
    return Path.of(program).toAbsolutePath();
  }
}
