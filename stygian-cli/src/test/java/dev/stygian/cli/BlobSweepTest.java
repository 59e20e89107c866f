package dev.stygian.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.item.DirectoryBlobs;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.BlobQueue;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.LocalWorkQueue;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.Release;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLimits;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.graph.settings.Environment;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.node.JsonNodeFactory;

/** Processes that sweep every few milliseconds, and nobody who calls the doctor. */
final class BlobSweepTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final BlobSweep.Pace FAST =
      new BlobSweep.Pace(Duration.ofMillis(20), Duration.ofMillis(20));
  private static final int ITEMS = 5;

  /** Folders are swept in the order of their names, so the one that is to stay is come to first. */
  private static final String LIVING = "a-living-run";

  private static final String GONE = "b-forgotten-run";

  @TempDir private Path folder;
  private EmbeddedRedis server;
  private Path store;
  private Cli cli;
  private volatile Duration elapsed = Duration.ZERO;

  @BeforeEach
  void start() {
    server = EmbeddedRedis.start(folder.resolve("redis"));
    store = folder.resolve("blobs");
    cli =
        Cli.in(folder)
            .with("REDIS_URL", server.url())
            .with("STYGIAN_BLOBS", "file://" + store.toAbsolutePath());
    cli.write("pages.jsonl", Pipelines.largePages(ITEMS));
    cli.write("living.toml", kept("1h"));
    cli.write("brief.toml", kept("1s"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String kept(String retention) {
    return "[execution]\nretention = \"%s\"\n".formatted(retention)
        + Pipelines.NOOP.replace("id = \"plain\"\n", "");
  }

  private List<Path> blobs(String run) throws IOException {
    if (!Files.exists(store)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(store)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> store.relativize(file).getName(1).toString().startsWith(run + "."))
          .toList();
    }
  }

  private void age(String run) throws IOException {
    FileTime old = FileTime.from(Instant.now().minus(BlobSweep.SAFETY).minusSeconds(60));
    for (Path blob : blobs(run)) {
      Files.setLastModifiedTime(blob, old);
    }
  }

  private boolean isForgotten(String run) {
    try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
      return queue.ledger().find(new RunId(run)).isEmpty();
    }
  }

  /** The command in this process, at a pace of its own, until its input ends. */
  private int work(PipedInputStream input) {
    Console console =
        new Console(
            input,
            new PrintStream(new ByteArrayOutputStream(), false, UTF_8),
            new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
            Environment.of(cli.environment()),
            folder,
            false);
    return new CommandLine(new WorkerCommand(console, FAST))
        .execute("--workers", "2", WorkerCommand.UNTIL_INPUT_ENDS);
  }

  @Test
  void aWorkerDeletesWhatAForgottenRunLeftAndNothingOfOneThatIsKnown() throws Exception {
    cli.run("submit", "living.toml", "--input", "pages.jsonl", "--id", LIVING);
    cli.run("submit", "brief.toml", "--input", "pages.jsonl", "--id", GONE);
    assertThat(blobs(LIVING)).as("what is to stay").hasSize(ITEMS);
    assertThat(blobs(GONE)).as("what is to go").hasSize(ITEMS);

    PipedOutputStream end = new PipedOutputStream();
    try (end;
        PipedInputStream input = new PipedInputStream(end);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> worker = threads.submit(() -> work(input));
      cli.run("await", LIVING).withCode(ExitCode.OK);
      await().atMost(LONG).until(() -> isForgotten(GONE));
      assertThat(blobs(GONE)).as("young blobs, of inputs and outputs").hasSize(2 * ITEMS);

      age(LIVING);
      age(GONE);
      await().atMost(LONG).until(() -> blobs(GONE).isEmpty());

      assertThat(worker.isDone()).isFalse();
      end.close();
      assertThat(worker.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(ExitCode.OK);
    }
    assertThat(blobs(LIVING)).hasSize(2 * ITEMS);
    assertThat(cli.run("results", LIVING).withCode(ExitCode.OK).results())
        .hasSize(ITEMS)
        .allSatisfy(
            result -> assertThat(result.at("/output/page").asString()).hasSizeGreaterThan(40_000));
  }

  @Test
  void whatHadItsLastReaderGoesWithoutAnybodyWhoAsks() throws Exception {
    RunId run = new RunId("handed-over");
    LaneSpec first = new LaneSpec("first", "noop", 0, List.of(), 1);
    LaneSpec second = new LaneSpec("second", "noop", 1, List.of("first"), 1);
    RunSpec spec =
        new RunSpec(
            run, "p", "a definition", List.of(first, second), 1, false, RunLimits.defaults());
    InstantSource soon = () -> Instant.now().plus(elapsed);
    try (BlobQueue queue =
            new BlobQueue(
                new LocalWorkQueue(), new DirectoryBlobs(store), BlobQueue.LEAST_BYTES, soon);
        BlobSweep _ = BlobSweep.startForReader(List.of(queue), FAST)) {
      queue.open(spec);
      IdempotencyKey key = IdempotencyKey.fromInput("p", "x");
      Payload input = Payload.of(JsonNodeFactory.instance.stringNode("x"));
      Task task = new Task(new TaskId(run, "x", "first"), "noop", key, input);
      Task next = new Task(new TaskId(run, "x", "second"), "noop", key, input);
      queue.enqueue(
          run, "test", 0, List.of(new Submission("x", input, List.of(task), List.of())), LONG);
      byte[] noise = new byte[50_000];
      new Random(1).nextBytes(noise);
      NodeResult page =
          new NodeResult(
              "first", key, Payload.of(JsonNodeFactory.instance.binaryNode(noise)), 1, false, true);
      queue.complete(
          new Completion(
              queue.dequeue().orElseThrow(), List.of(page), List.of(new Release(next, 1))));
      assertThat(blobs("handed-over")).hasSize(1);

      queue.ack(queue.dequeue().orElseThrow());
      await().during(Duration.ofMillis(100)).until(() -> blobs("handed-over").size() == 1);
      elapsed = BlobQueue.GRACE.plusSeconds(1);

      await().atMost(LONG).until(() -> blobs("handed-over").isEmpty());
    }
  }
}
