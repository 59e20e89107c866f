package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Contender;
import dev.stygian.bench.measure.Launcher;
import dev.stygian.bench.measure.Sample;
import dev.stygian.bench.measure.Setup;
import dev.stygian.bench.measure.WholeProcess;
import dev.stygian.bench.measure.WorkFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What somebody waits for who types a command; the reference is the JVM alone. */
public final class StartCase implements BenchCase {
  private static final Column FIRST = new Column("first_output_millis", "first output ms", 0);
  private static final Column WHOLE = new Column("whole_millis", "whole ms", 0);
  private static final Column CPU = new Column("cpu_millis", "CPU ms", 0);

  private static final String PIPELINE =
      """
      id = "hello"
      [input]
      urls = ["https://shop.example/1"]
      [[nodes]]
      id = "pass"
      service = "noop"
      """;

  @Override
  public String name() {
    return "start";
  }

  @Override
  public String summary() {
    return "from a command to its first output, beside java --version";
  }

  @Override
  public List<CaseReport> run(Setup setup) throws Exception {
    try (WorkFolder folder = WorkFolder.create()) {
      Files.writeString(folder.path().resolve("hello.toml"), PIPELINE);
      Launcher.warmUp(folder.path());
      List<Contender> contenders = new ArrayList<>();
      add(contenders, folder.path(), "--help", Launcher.command("--help"));
      add(contenders, folder.path(), "check", Launcher.command("check", "hello.toml"));
      add(contenders, folder.path(), "run, local", Launcher.command("run", "hello.toml"));
      contenders.add(
          new Contender(
              "run, embedded server",
              () ->
                  play(
                      Launcher.command(
                          // a run of its own each time: one that is over has nothing to do
                          "run", "hello.toml", "--queue", "embedded", "--fresh"),
                      folder.path())));
      add(contenders, folder.path(), "java --version", Launcher.jdk("--version"));
      return List.of(
          new CaseReport(
              name(),
              "whole processes, one item of one noop node",
              setup.rounds(1, 5).play(contenders, FIRST, false),
              List.of("The server's own CPU is in that of its run.")));
    }
  }

  private static void add(
      List<Contender> contenders, Path folder, String name, List<String> command) {
    contenders.add(new Contender(name, () -> play(command, folder)));
  }

  private static Sample play(List<String> command, Path folder) throws Exception {
    WholeProcess.Ended ended = WholeProcess.run(command, folder, Map.of());
    return new Sample(Map.of())
        .with(FIRST, 1e3 * ended.firstOutputSeconds())
        .with(WHOLE, 1e3 * ended.seconds())
        .with(CPU, ended.cpuMicros() / 1e3);
  }
}
