package dev.stygian.cli;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The command by which tests start the program as a process of its own. Its classes come from an
 * archive that a first process leaves, which halves the time of each start; a JVM archives classes
 * of jars only, so what lies in folders is put into jars.
 */
public final class ProgramJvm {
  private static final List<String> OPTIONS =
      List.of(
          // a process lives for seconds: the first compiler and the simplest collector are enough
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xmx256m",
          "-Xshare:auto",
          "--enable-native-access=ALL-UNNAMED");

  private static final List<String> COMMAND = prepare();

  private ProgramJvm() {}

  /** All that stands in front of the program's arguments. */
  public static List<String> command() {
    return COMMAND;
  }

  private static List<String> prepare() {
    try {
      Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "program");
      String classPath = jars(folder);
      Path archive = folder.resolve("classes.jsa");
      train(folder, command("-XX:ArchiveClassesAtExit=" + archive, classPath));
      return command("-XX:SharedArchiveFile=" + archive, classPath);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command(String archive, String classPath) {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.addAll(OPTIONS);
    all.addAll(List.of(archive, "-Xlog:disable", "-cp", classPath, Stygian.class.getName()));
    return List.copyOf(all);
  }

  private static String jars(Path folder) throws IOException {
    List<String> all = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        Path jar = folder.resolve(all.size() + ".jar");
        pack(path, jar);
        all.add(jar.toString());
      } else if (Files.exists(path)) {
        all.add(path.toString());
      }
    }
    return String.join(File.pathSeparator, all);
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file);
        Stream<Path> files = Files.walk(classes, FileVisitOption.FOLLOW_LINKS)) {
      zip.setLevel(Deflater.NO_COMPRESSION);
      for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
        zip.putNextEntry(new ZipEntry(classes.relativize(each).toString()));
        Files.copy(each, zip);
      }
    }
  }

  /** What most tests do: a run on an embedded server. */
  private static void train(Path folder, List<String> jvm) throws IOException {
    Files.writeString(folder.resolve("training.toml"), Pipelines.NOOP);
    List<String> command = new ArrayList<>(jvm);
    command.addAll(List.of("run", "training.toml", "https://a.example", "--queue", "embedded"));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("training.txt").toFile())
            .start();
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException(Files.readString(folder.resolve("training.txt")));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(
          "interrupted while the program started for the first time", e);
    }
  }
}
