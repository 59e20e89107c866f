package dev.stygian.bench.chaos;

import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.Launcher;
import dev.stygian.graph.queue.RunId;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The server and the processes of a run, each behind a proxy of its own. The links are numbered as
 * in {@link Fault}: workers, submitter, reader.
 */
final class Scene implements AutoCloseable {
  static final RunId RUN = new RunId("chaos");

  /** For processes that live for seconds: most of their time they would compile, and start late. */
  private static final String JVM_OPTIONS = "-Xmx192m -XX:TieredStopAtLevel=1";

  private static final Duration START = Duration.ofMinutes(1);

  /** So that the submitter still has something to do when the last faults come. */
  private static final Duration LONGER = Duration.ofSeconds(3);

  private final ChaosPlan plan;
  private final Path folder;
  private final HarmedServer server;
  private final List<FaultProxy> links = new ArrayList<>();
  private final List<ServedProcess> workers = new ArrayList<>();
  private final ServedProcess submitter;
  private final ServedProcess reader;
  private final Lookout lookout;
  private final PacedInput input;

  private Scene(ChaosPlan plan, Path folder, Stalls stalls, List<ServedProcess> started)
      throws IOException, InterruptedException {
    this.plan = plan;
    this.folder = folder;
    Path data = Files.createDirectory(folder.resolve("server"));
    Path pipeline = folder.resolve("chaos.toml");
    Files.writeString(pipeline, plan.trial().toml(Files.createDirectory(journals()), plan.items()));
    Launcher.warmUp(folder);
    server = HarmedServer.start(BenchServer.binary(plan.server()), data);
    for (int i = 0; i < plan.workers() + 2; i++) {
      links.add(FaultProxy.start(server.port()));
    }
    lookout = Lookout.start(server.url(), RUN, stalls);
    input = new PacedInput(plan.items(), Duration.ofSeconds(plan.seconds()).plus(LONGER));
    submitter =
        ServedProcess.untilDone(
            "submitter",
            Launcher.command(
                "submit",
                pipeline.toString(),
                "--id",
                RUN.value(),
                "--input",
                "-",
                "--queue",
                url(plan.workers())),
            environment(),
            folder,
            input::feed);
    started.add(submitter);
    for (int i = 0; i < plan.workers(); i++) {
      ServedProcess worker =
          ServedProcess.endless(
              "worker-" + i,
              Launcher.command(
                  "worker",
                  "--until-input-ends",
                  "--workers",
                  String.valueOf(plan.slots()),
                  "--queue",
                  url(i)),
              environment(),
              folder);
      started.add(worker);
      workers.add(worker);
    }
    lookout.awaitTheRun(START); // a reader of a run that is not there yet would be told so
    reader =
        ServedProcess.untilDone(
            "reader",
            Launcher.command(
                "results",
                RUN.value(),
                "--follow",
                "-o",
                output().toString(),
                "--queue",
                url(plan.workers() + 1)),
            environment(),
            folder,
            _ -> {});
    started.add(reader);
  }

  /** Starts everything. No process outlives this one. */
  static Scene open(ChaosPlan plan, Path folder, Stalls stalls)
      throws IOException, InterruptedException {
    List<ServedProcess> started = new CopyOnWriteArrayList<>();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> started.forEach(ServedProcess::destroy), "chaos-end"));
    return new Scene(plan, folder, stalls, started);
  }

  private String url(int link) {
    return "redis://127.0.0.1:" + links.get(link).port();
  }

  private static Map<String, String> environment() {
    String own = System.getProperty("java.class.path").split(File.pathSeparator, -1)[0];
    return Map.of(
        "STYGIAN_CLASSPATH",
        Path.of(own).toAbsolutePath().toString(),
        "STYGIAN_JAVA_OPTS",
        JVM_OPTIONS);
  }

  ChaosPlan plan() {
    return plan;
  }

  HarmedServer server() {
    return server;
  }

  List<FaultProxy> links() {
    return links;
  }

  List<ServedProcess> workers() {
    return workers;
  }

  ServedProcess submitter() {
    return submitter;
  }

  ServedProcess reader() {
    return reader;
  }

  Lookout lookout() {
    return lookout;
  }

  /** From now on the submitter gets more than the first few items. */
  void beginInput() {
    input.begin();
    lookout.beginInput();
  }

  /** Where the results go. */
  Path output() {
    return folder.resolve("results.jsonl");
  }

  /** Where processes note what they begin. */
  Path journals() {
    return folder.resolve("journals");
  }

  /** All processes of the product. */
  List<ServedProcess> processes() {
    List<ServedProcess> all = new ArrayList<>(workers);
    all.add(submitter);
    all.add(reader);
    return all;
  }

  /** Ends the processes that work on the run; the server goes on. */
  void endProcesses() {
    processes().forEach(ServedProcess::close);
  }

  @Override
  public void close() {
    endProcesses();
    lookout.close();
    links.forEach(FaultProxy::close);
    server.close();
  }
}
