package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.item.BlobStore;
import dev.stygian.graph.item.DirectoryBlobs;
import dev.stygian.graph.item.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of each call goes into the store, and what comes back from there. */
final class BlobQueueTest {
  private static final String PAGE = Specs.noise(1, 50_000);

  @TempDir Path folder;

  private final LocalWorkQueue memory = new LocalWorkQueue();
  private QueueFixture q;
  private RunSpec run;

  @BeforeEach
  void openQueue() {
    BlobStore store = new DirectoryBlobs(folder.resolve("blobs"));
    q =
        new QueueFixture(
            () -> new BlobQueue(memory.share(), store, BlobQueue.LEAST_BYTES), _ -> {});
    run = q.open(Specs.chain("r"));
  }

  @AfterEach
  void closeQueue() {
    q.close();
    memory.close();
  }

  private long blobs() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).count();
    }
  }

  private Submission large(String item, String page) {
    Submission plain = Specs.item(run, item);
    Payload input = Specs.text(page);
    Task task = plain.first().getFirst();
    return new Submission(
        item,
        input,
        List.of(new Task(task.id(), task.service(), task.key(), input)),
        plain.lastKeys());
  }

  @Test
  void whatIsSmallStaysWhereItWas() throws Exception {
    q.submitted(Specs.chain("small"), "x", "y");
    q.finishAll();

    assertThat(folder.resolve("blobs")).doesNotExist();
  }

  @Test
  void whatLiesUnderAKeyIsReadWithoutTheStore() throws Exception {
    assertThatThrownBy(() ->
            new BlobQueue(memory.share(), new DirectoryBlobs(folder), BlobQueue.LEAST_BYTES - 1))
        .isInstanceOf(IllegalArgumentException.class);
    String largest = Specs.noise(2, BlobQueue.LEAST_BYTES - 100);
    RunSpec first = q.open(Specs.single("first"));
    q.submit(first, List.of(Specs.shared(first, "x", "scope")));
    q.finish(q.leaseOne("A"), largest);
    RunSpec second = q.open(Specs.single("second"));
    q.submit(second, List.of(Specs.shared(second, "x", "scope")));

    Lease lease = q.leaseOne("A");

    assertThat(lease.stored()).isPresent();
    assertThat(lease.stored().get().output().isReference()).isFalse();
    assertThat(Specs.textOf(lease.stored().get().output())).isEqualTo(largest);
  }

  @Test
  void aLargeInputIsPutOnceAndReadByEveryNodeAndResult() throws Exception {
    q.submit(run, List.of(large("x", PAGE), large("y", PAGE)));

    assertThat(blobs()).as("a blob has one owner").isEqualTo(2);
    Lease first = q.leaseOne();
    assertThat(first.task().input().isReference()).isTrue();
    assertThat(Specs.textOf(first.task().input())).isEqualTo(PAGE);
    Task next =
        new Task(
            new TaskId(run.id(), "x", "b"), "B", Specs.key("r", "b", "x"), first.task().input());
    NodeResult output =
        new NodeResult("a", first.task().key(), Specs.text(Specs.noise(3, 50_000)), 1, false, true);
    q.queue.complete(new Completion(first, List.of(output), List.of(new Release(next, 1))));
    Lease second = q.leaseOne("B");

    assertThat(Specs.textOf(second.task().input())).isEqualTo(PAGE);
    assertThat(QueueFixture.input(second, "a")).isEqualTo(Specs.noise(3, 50_000));
    assertThat(blobs()).isEqualTo(3);
    q.finish(second, PAGE);
    Result result = q.results(run).getFirst();
    assertThat(Specs.textOf(result.input())).isEqualTo(PAGE);
    assertThat(Specs.textOf(result.output())).isEqualTo(PAGE);
    assertThat(blobs()).as("an output that is equal to the input").isEqualTo(4);
  }

  @Test
  void foundItemsPartsAndTasksByHandGoThereToo() throws Exception {
    q.submit(run, "start");
    Lease start = q.leaseOne();
    Submission found = large("found", Specs.noise(4, 50_000));
    Submission part = large("start/0", Specs.noise(5, 50_000));

    q.queue.emit(start, List.of(new Emission("found", found.input(), found.first())), 0);
    assertThat(blobs()).isEqualTo(1);
    q.queue.emitParts(start, List.of(new Emission("start/0", part.input(), part.first())), 0);
    assertThat(blobs()).isEqualTo(2);
    NodeResult ready =
        new NodeResult("b", start.task().key(), Specs.text(Specs.noise(6, 50_000)), 1, true, false);
    q.queue.emitParts(
        start,
        List.of(new Emission("start/1", Specs.text("small"), List.of(), Optional.of(ready))),
        1);
    assertThat(blobs()).isEqualTo(3);
    RunSpec alone = q.open(Specs.single("alone"));
    Task task = Specs.task(alone, "x", "a", "alone");
    q.queue.enqueue(new Task(task.id(), task.service(), task.key(), Specs.text(PAGE)));

    assertThat(blobs()).isEqualTo(4);
    assertThat(q.leaseUpTo(10))
        .hasSize(3)
        .allSatisfy(lease -> assertThat(Specs.textOf(lease.task().input())).hasSize(50_000));
  }

  @Test
  void aDeadLetterShowsItsInputAndWhatWorkedIsKept() throws Exception {
    q.submit(run, List.of(large("x", PAGE)));
    Lease lease = q.leaseOne();
    Task failed =
        new Task(
            new TaskId(run.id(), "x", "b"), "B", Specs.key("r", "b", "x"), lease.task().input());
    NodeResult worked =
        new NodeResult("a", lease.task().key(), Specs.text(Specs.noise(7, 50_000)), 1, false, true);

    q.queue.nack(
        new Nack(lease, List.of(worked), failed, 1, new Nack.Verdict.Bury("it is broken")));

    DeadLetter letter = q.deadLetters(run).getFirst();
    assertThat(Specs.textOf(letter.task().input())).isEqualTo(PAGE);
    q.ledger().replay(run.id(), List.of("x"));
    assertThat(QueueFixture.input(q.leaseOne("B"), "a")).isEqualTo(Specs.noise(7, 50_000));
  }

  @Test
  void whatCannotBePutIsNotSubmitted() throws Exception {
    Files.writeString(folder.resolve("blobs"), "no folder");

    assertThatThrownBy(() -> q.submit(run, List.of(large("x", PAGE), large("y", PAGE + "y"))))
        .isInstanceOf(BlobUnavailableException.class)
        .hasMessageContaining("cannot be written");

    assertThat(q.ledger().accepted(run.id(), "test")).isZero();
    assertThatThrownBy(() -> ((BlobQueue) q.queue).check())
        .isInstanceOf(BlobUnavailableException.class);
  }

  @Test
  void whoeverIsInterruptedWhileItPutsLeavesNothingRunning() throws Exception {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> q.submit(run, List.of(large("x", PAGE), large("y", PAGE + "y"))))
        .isInstanceOf(InterruptedException.class);

    assertThat(Thread.interrupted()).isFalse();
    assertThat(q.ledger().accepted(run.id(), "test")).isZero();
  }

  @Test
  void readersGetResultsInOrderThoughTheirBodiesAreFetchedAhead() throws Exception {
    RunSpec many = q.open(Specs.single("many"));
    for (int i = 0; i < 60; i++) {
      q.submit(many, "x" + i);
      q.finish(q.leaseOne("A"), Specs.noise(i % 40, 30_000)); // some of them twice
    }

    List<Result> results = q.results(many);

    assertThat(results).hasSize(60);
    for (int i = 0; i < 60; i++) {
      assertThat(Specs.textOf(results.get(i).output())).isEqualTo(Specs.noise(i % 40, 30_000));
    }
    assertThat(Specs.textOf(results.getFirst().output())).as("again").hasSize(30_000);
    assertThat(Specs.textOf(results.getLast().output())).as("out of order").hasSize(30_000);
  }

  @Test
  void oneResultThatIsMissingIsNoneOfItsNeighbours() throws Exception {
    RunSpec many = q.open(Specs.single("many"));
    for (int i = 0; i < 3; i++) {
      q.submit(many, "x" + i);
      q.finish(q.leaseOne("A"), Specs.noise(i, 30_000));
    }
    List<Result> results = q.results(many);
    Path gone = folder.resolve("blobs/" + results.get(1).output().blob().orElseThrow().path());
    Files.delete(gone);

    assertThat(Specs.textOf(results.get(0).output())).hasSize(30_000);
    assertThatThrownBy(() -> results.get(1).output().decode())
        .isInstanceOf(BlobUnavailableException.class)
        .hasMessageContaining("it was deleted there");
    assertThat(Specs.textOf(results.get(2).output())).hasSize(30_000);
  }

  @Test
  void whatAQueueStillKnowsIsSweptByNobody() throws Exception {
    q.submit(run, List.of(large("x", PAGE), large("y", PAGE + "y"), large("z", PAGE + "z")));
    try (LocalWorkQueue another = new LocalWorkQueue();
        BlobQueue stranger =
            new BlobQueue(
                another, new DirectoryBlobs(folder.resolve("blobs")), BlobQueue.LEAST_BYTES)) {
      InstantSource inADay = () -> Instant.now().plus(Duration.ofDays(1));

      assertThat(stranger.sweep(Duration.ZERO, 10, inADay)).as("of another queue").isZero();
      assertThat(((BlobQueue) q.queue).sweep(Duration.ZERO, 10, inADay)).as("known").isZero();
      assertThat(blobs()).isEqualTo(3);
    }
  }
}
