package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.engine.CollectedResults;
import dev.stygian.graph.engine.DistributedDagExecutor;
import dev.stygian.graph.engine.EngineContract;
import dev.stygian.graph.engine.RunDefinition;
import dev.stygian.graph.engine.Submitter;
import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.engine.WorkerOptions;
import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.item.BlobStore;
import dev.stygian.graph.item.DirectoryBlobs;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.queue.BlobQueue;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.Result;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.ScanArgs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Runs whose pages lie in a blob store, and what of them lies in Redis. */
final class RedisBlobsTest {
  private static final int ITEMS = 40;
  private static final RunId RUN = new RunId("a run/with ümläuts");
  private static final InstantSource IN_A_DAY = () -> Instant.now().plus(Duration.ofDays(1));

  /** One node that yields pages of 50,000 characters. */
  private static final String PAGES =
      """
      [execution]
      max_attempts = 2
      backoff = "1ms"
      retention = "%s"

      [[nodes]]
      id = "fetch"
      service = "page"
      """;

  /** The same, whose pages another task reads. */
  private static final String CHAIN =
      PAGES
          + """
          checkpoint = true

          [[nodes]]
          id = "measure"
          service = "measure"
          depends_on = ["fetch"]
          """;

  @TempDir static Path serverFolder;
  @TempDir Path folder;

  private static EmbeddedRedis server;
  private final String queueName = "blobs " + UUID.randomUUID();
  private final ChainServices services = new ChainServices();
  private final ServiceRegistry registry = services.registry("page");

  @BeforeAll
  static void startServer() {
    server = EmbeddedRedis.start(ServerBinary.carried(), serverFolder, List.of("--save", ""));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private RedisWorkQueue plain() {
    return RedisWorkQueue.open(RedisSettings.of(server.url()).withQueueName(queueName));
  }

  private BlobQueue open() {
    return new BlobQueue(plain(), new DirectoryBlobs(folder), BlobQueue.LEAST_BYTES);
  }

  private RunDefinition definition(String pipeline, String retention) {
    return RunDefinition.of(
        new PipelineParser(registry.schemas(), registry::canonical, registry::fansOut)
            .parse(pipeline.formatted(retention), "blobs.toml", PipelineFormat.TOML),
        registry,
        false,
        Optional.empty());
  }

  private static List<JsonNode> items(int count) {
    return IntStream.range(0, count)
        .<JsonNode>mapToObj(i -> JsonNodeFactory.instance.stringNode("http://host/" + i))
        .toList();
  }

  private void submit(WorkQueue queue, String pipeline, List<JsonNode> items)
      throws InterruptedException {
    submit(queue, RUN, pipeline, "1h", items);
  }

  private void submit(
      WorkQueue queue, RunId run, String pipeline, String retention, List<JsonNode> items)
      throws InterruptedException {
    Submitter.open(queue, run, definition(pipeline, retention), registry)
        .submitAll(items.iterator());
  }

  /** Works until the run is over. */
  private void work(WorkQueue queue, RunId run) {
    try (Worker worker = Worker.start(queue, registry, WorkerOptions.of(4))) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> queue.ledger().status(run).state() == RunStatus.State.FINISHED);
      assertThat(worker.failure()).isEmpty();
    }
  }

  private static List<Result> results(WorkQueue queue, RunId run) throws InterruptedException {
    return queue.ledger().results(run, ResultBatch.START, 1000, Duration.ZERO).results();
  }

  private List<Path> blobs() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  /** What all keys of the queue take in the server's memory. */
  private long bytesInRedis() {
    return Servers.ask(
        server,
        redis -> {
          long bytes = 0;
          var page =
              redis.scan(ScanArgs.Builder.matches("stygian:{" + queueName + "}*").limit(999));
          while (true) {
            for (String key : page.getKeys()) {
              Long usage = redis.memoryUsage(key);
              bytes += usage == null ? 0 : usage;
            }
            if (page.isFinished()) {
              return bytes;
            }
            page = redis.scan(page, ScanArgs.Builder.matches("stygian:{" + queueName + "}*"));
          }
        });
  }

  private static String onlyError(WorkQueue queue) {
    List<DeadLetter> letters = queue.ledger().deadLetters(RUN, "", 10);
    assertThat(letters).hasSize(1);
    assertThat(letters.getFirst().attempts()).as("all attempts were used").isEqualTo(2);
    return letters.getFirst().errors().getLast().message();
  }

  @Test
  void resultsOfPagesTakeAFewHundredBytesInRedisEach() throws Exception {
    try (BlobQueue queue = open()) {
      submit(queue, PAGES, items(ITEMS));
      long before = bytesInRedis();
      work(queue, RUN);

      assertThat(bytesInRedis() - before).isLessThan(ITEMS * 1_000L);
      assertThat(blobs()).hasSize(ITEMS);
      assertThat(results(queue, RUN))
          .hasSize(ITEMS)
          .allSatisfy(result ->
              assertThat(result.output().decode().asString())
                  .hasSize(ChainServices.PAGE_CHARACTERS));
    }
  }

  @Test
  void pagesBetweenTwoNodesAndLargeInputsGoThereToo() throws Exception {
    String text = "x" + new Random(3).ints(60_000, 'a', '~').boxed().toList();
    JsonNode large = JsonNodeFactory.instance.objectNode().put("url", "http://h/").put("t", text);
    try (BlobQueue queue = open()) {
      submit(queue, CHAIN, List.of(large, items(1).getFirst()));
      assertThat(blobs()).as("the large input, before anybody works").hasSize(1);

      work(queue, RUN);

      assertThat(results(queue, RUN))
          .hasSize(2)
          .allSatisfy(result ->
              assertThat(result.output().decode().asInt()).isEqualTo(ChainServices.PAGE_CHARACTERS))
          .anySatisfy(result -> assertThat(result.input().decode()).isEqualTo(large));
      assertThat(services.measured()).hasSize(2);
    }
  }

  @Test
  void pagesBetweenTwoNodesGoWhenTheSecondOneIsDoneAndTheLargeInputStays() throws Exception {
    String text = "x" + new Random(3).ints(60_000, 'a', '~').boxed().toList();
    JsonNode large = JsonNodeFactory.instance.objectNode().put("url", "http://h/").put("t", text);
    AtomicReference<Duration> elapsed = new AtomicReference<>(Duration.ZERO);
    try (BlobQueue queue =
        new BlobQueue(
            plain(),
            new DirectoryBlobs(folder),
            BlobQueue.LEAST_BYTES,
            () -> Instant.now().plus(elapsed.get()))) {
      submit(queue, CHAIN, List.of(large, items(1).getFirst()));
      work(queue, RUN);
      assertThat(queue.deleteSpent()).as("within the grace").isZero();
      assertThat(blobs()).as("the input and the pages").hasSize(3);

      elapsed.set(BlobQueue.GRACE.plusSeconds(1));
      assertThat(queue.deleteSpent()).isEqualTo(2);

      assertThat(blobs()).hasSize(1);
      assertThat(results(queue, RUN))
          .hasSize(2)
          .anySatisfy(result -> assertThat(result.input().decode()).isEqualTo(large));
    }
  }

  @Test
  void aResultThatStandsUnderItsKeyIsNeverInTheBlobOfAnotherRun() throws Exception {
    RunId second = new RunId("second");
    try (BlobQueue queue = open()) {
      submit(queue, RUN, PAGES, "1s", items(1));
      work(queue, RUN);
      await().until(() -> queue.ledger().find(RUN).isEmpty());
      assertThat(queue.sweep(Duration.ofHours(1), 10, IN_A_DAY)).isEqualTo(1);

      submit(queue, second, PAGES, "1h", items(1));
      work(queue, second);

      assertThat(services.fetched()).as("it was not answered from the store").hasSize(2);
      assertThat(results(queue, second))
          .singleElement()
          .satisfies(result ->
              assertThat(result.output().decode().asString())
                  .hasSize(ChainServices.PAGE_CHARACTERS));
    }
  }

  @Test
  void aWorkerThatWasToldOfNoStoreLeavesADeadLetterThatSaysWhatToSet() throws Exception {
    String text = new Random(3).ints(60_000, 'a', '~').boxed().toList().toString();
    try (BlobQueue queue = open();
        RedisWorkQueue without = plain()) {
      submit(queue, PAGES, List.of(JsonNodeFactory.instance.stringNode(text)));
      work(without, RUN);

      assertThat(onlyError(without))
          .startsWith("what the task needs cannot be read: blob ")
          .contains(" lies in file://" + folder)
          .endsWith("start it with --blobs file://" + folder + ", or set STYGIAN_BLOBS");
      DeadLetter letter = queue.ledger().deadLetters(RUN, "", 1).getFirst();
      assertThat(letter.task().input().decode().asString()).isEqualTo(text);
    }
  }

  @Test
  void aMissingBlobMakesADeadLetterThatAReplayMends() throws Exception {
    try (BlobQueue queue = open()) {
      String text = new Random(5).ints(60_000, 'a', '~').boxed().toList().toString();
      submit(queue, PAGES, List.of(JsonNodeFactory.instance.stringNode(text)));
      Path blob = blobs().getFirst();
      Path away = Files.move(blob, folder.resolve("away"));
      work(queue, RUN);

      assertThat(onlyError(queue))
          .startsWith("what the task needs cannot be read: blob ")
          .contains(" is not in file://" + folder + ": it was deleted there");

      Files.move(away, blob);
      assertThat(queue.ledger().replay(RUN, List.of("0"))).isEqualTo(1);
      work(queue, RUN);
      assertThat(results(queue, RUN)).hasSize(1);
    }
  }

  @Test
  void anOutputThatCannotBeKeptIsTriedAgainAndThenADeadLetter() throws Exception {
    Path full = Files.writeString(folder.resolve("full"), "no folder");
    try (BlobQueue queue =
        new BlobQueue(plain(), new DirectoryBlobs(full), BlobQueue.LEAST_BYTES)) {
      submit(queue, PAGES, items(1));
      work(queue, RUN);

      assertThat(onlyError(queue))
          .startsWith("an output cannot be kept: blobs in file://" + full + " cannot be written: ");
      assertThat(services.fetched()).hasSize(2);
    }
  }

  @Test
  void aReaderThatWasToldOfNoStoreFailsInsteadOfPuttingOutNothing() throws Exception {
    try (BlobQueue queue = open();
        RedisWorkQueue without = plain()) {
      submit(queue, PAGES, items(1));
      work(queue, RUN);
      Result result = results(without, RUN).getFirst();

      assertThatThrownBy(() -> result.output().decode())
          .isInstanceOf(BlobUnavailableException.class)
          .hasMessageContaining("STYGIAN_BLOBS");
    }
  }

  @Test
  void onlyOldBlobsOfForgottenRunsAreSweptAndThatByAnyNumberOfProcesses() throws Exception {
    RunId forgotten = new RunId("forgotten");
    try (BlobQueue queue = open();
        BlobQueue another = open()) {
      submit(queue, PAGES, items(2));
      work(queue, RUN);
      submit(queue, forgotten, PAGES, "1s", items(5));
      work(queue, forgotten);
      await().until(() -> queue.ledger().find(forgotten).isEmpty());

      assertThat(queue.sweep(Duration.ofHours(1), 100, InstantSource.system()))
          .as("blobs that are young stay")
          .isZero();
      assertThat(queue.sweep(Duration.ofHours(1), 3, IN_A_DAY)).isEqualTo(3);
      List<Integer> swept = new ArrayList<>();
      Thread other =
          Thread.ofVirtual()
              .start(() -> swept.add(another.sweep(Duration.ofHours(1), 100, IN_A_DAY)));
      int here = queue.sweep(Duration.ofHours(1), 100, IN_A_DAY);
      other.join();

      assertThat(here + swept.getFirst()).isEqualTo(2);
      assertThat(blobs()).as("those of the run that is known").hasSize(2);
      assertThat(results(queue, RUN)).hasSize(2).allSatisfy(r -> r.output().decode());
    }
  }

  @Test
  void aQueueOfThatNameOnAnotherServerKeepsItsBlobs(@TempDir Path elsewhere) throws Exception {
    try (EmbeddedRedis other =
            EmbeddedRedis.start(ServerBinary.carried(), elsewhere, List.of("--save", ""));
        BlobStore same = new DirectoryBlobs(folder);
        BlobQueue queue = open();
        BlobQueue twin =
            new BlobQueue(
                RedisWorkQueue.open(RedisSettings.of(other.url()).withQueueName(queueName)),
                same,
                BlobQueue.LEAST_BYTES)) {
      submit(queue, PAGES, items(1));
      work(queue, RUN);

      assertThat(twin.ledger().find(RUN)).isEmpty();
      assertThat(twin.sweep(Duration.ZERO, 100, IN_A_DAY)).isZero();
      assertThat(blobs()).hasSize(1);
    }
  }

  @Test
  void anExecutorDeliversWhatLiesInTheStore() throws Exception {
    CollectedResults sink = new CollectedResults();
    try (BlobQueue queue = open();
        DistributedDagExecutor executor = new DistributedDagExecutor(queue, registry, 4)) {
      executor.run(
          RUN, definition(PAGES, "1h"), items(ITEMS).iterator(), "test", committed -> sink);
    }

    assertThat(sink.results.stream().map(Result::item).distinct()).hasSize(ITEMS);
  }

  /** Everything that the engine does, with a store beside the queue. */
  @Nested
  final class Engine extends EngineContract {
    @Override
    protected WorkQueue newQueue() {
      return open();
    }
  }
}
