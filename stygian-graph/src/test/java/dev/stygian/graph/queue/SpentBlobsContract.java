package dev.stygian.graph.queue;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.error.OutputException;
import dev.stygian.graph.item.DirectoryBlobs;
import dev.stygian.graph.item.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which blobs of a run go before it, over any queue, and above all which do not. */
public abstract class SpentBlobsContract {
  private static final Duration MOST_OF_IT = BlobQueue.GRACE.minusMinutes(1);
  private static final Duration REST_OF_IT = Duration.ofMinutes(2);

  @TempDir Path folder;

  private Duration elapsed = Duration.ZERO;
  private final InstantSource clock = () -> Instant.now().plus(elapsed);
  private DirectoryBlobs store;
  private QueueFixture q;

  /** Another object on the queue under test. */
  protected abstract WorkQueue newQueue();

  /** So many results more and the queue drops delivered ones. */
  protected abstract int results();

  /** The characters of each of them, which stay in the queue. */
  protected abstract int characters();

  @BeforeEach
  void openQueue() {
    store = new DirectoryBlobs(folder);
    q = new QueueFixture(this::open, _ -> {});
  }

  @AfterEach
  void closeQueue() {
    q.close();
  }

  private BlobQueue open() {
    return new BlobQueue(newQueue(), store, BlobQueue.LEAST_BYTES, clock);
  }

  private static String page(int seed) {
    return Specs.noise(seed, 50_000);
  }

  private int deleteSpent() throws InterruptedException {
    return ((BlobQueue) q.queue).deleteSpent();
  }

  /** Shows that nothing goes within the grace; returns how many blobs go after it. */
  private int deletedAfterGrace() throws InterruptedException {
    assertThat(deleteSpent()).as("at once").isZero();
    elapsed = elapsed.plus(MOST_OF_IT);
    assertThat(deleteSpent()).as("within the grace").isZero();
    elapsed = elapsed.plus(REST_OF_IT);
    return deleteSpent();
  }

  private static Payload given(Lease lease, String node) {
    return requireNonNull(lease.inputs().get(node));
  }

  private boolean isThere(Payload payload) {
    return store.get(payload.blob().orElseThrow()).isPresent();
  }

  private Submission large(RunSpec run, String item, Payload input) {
    Submission plain = Specs.item(run, item);
    List<Task> first =
        plain.first().stream()
            .map(task -> new Task(task.id(), task.service(), task.key(), input))
            .toList();
    return new Submission(item, input, first, plain.lastKeys());
  }

  private void submitLarge(RunSpec run, String item, int seed) throws InterruptedException {
    q.submit(run, List.of(large(run, item, Specs.text(page(seed)))));
  }

  private ResultBatch read(RunSpec run, String position) throws InterruptedException {
    return q.ledger().results(run.id(), position, 1_000, Duration.ZERO);
  }

  /** Delivers all there is and more, so that the queue drops what was delivered. */
  private ResultBatch deliverUntilTrimmed(RunSpec run, String from) throws InterruptedException {
    return deliverUntilTrimmed(q.ledger(), run, from);
  }

  private ResultBatch deliverUntilTrimmed(RunLedger reader, RunSpec run, String from)
      throws InterruptedException {
    ResultBatch first = reader.results(run.id(), from, 1_000, Duration.ZERO);
    reader.deliver(run.id(), "file", new RunLedger.Delivery(first.position(), 1));
    int round = 0;
    for (int left = results(); left > 0; left -= 200, round++) {
      String name = "more" + elapsed.toMinutes() + "-" + round + "-";
      q.submit(run, IntStream.range(0, 200).mapToObj(i -> name + i).toArray(String[]::new));
      String output = Specs.noise(round, characters());
      for (Lease lease : q.leaseUpTo(200)) {
        q.finish(lease, output);
      }
    }
    String position = first.position();
    ResultBatch batch = reader.results(run.id(), position, 1_000, Duration.ZERO);
    while (!batch.results().isEmpty()) {
      position = batch.position();
      reader.deliver(run.id(), "file", new RunLedger.Delivery(position, 1));
      batch = reader.results(run.id(), position, 1_000, Duration.ZERO);
    }
    assertThat(q.ledger().isTrimmed(run.id(), first.position())).isTrue();
    return first;
  }

  @Test
  void blobs_of_results_go_once_these_were_delivered_and_dropped() throws Exception {
    RunSpec run = q.open(Specs.single("r"));
    submitLarge(run, "x", 1);
    q.finish(q.leaseOne(), page(2));
    Result delivered = read(run, ResultBatch.START).results().getFirst();
    String before = read(run, ResultBatch.START).position();
    assertThat(q.ledger().isTrimmed(run.id(), before)).isFalse();
    assertThat(deletedAfterGrace()).as("of what anybody may read").isZero();

    deliverUntilTrimmed(run, ResultBatch.START);
    submitLarge(run, "y", 3);
    q.finish(q.leaseOne(), page(4));

    assertThat(deletedAfterGrace()).isEqualTo(2);
    assertThat(isThere(delivered.input())).isFalse();
    assertThat(isThere(delivered.output())).isFalse();
    assertThatThrownBy(() -> read(run, ResultBatch.START)).isInstanceOf(OutputException.class);
    assertThat(q.ledger().delivered(run.id(), "file")).isPresent();
    Result next =
        read(run, q.ledger().delivered(run.id(), "file").orElseThrow().position())
            .results()
            .getFirst();
    assertThat(Specs.textOf(next.input())).isEqualTo(page(3));
    assertThat(Specs.textOf(next.output())).isEqualTo(page(4));
  }

  @Test
  void a_slower_reader_finds_the_blobs_of_all_results_that_are_still_there() throws Exception {
    RunSpec run = q.open(Specs.single("r"));
    q.submit(run, "x");
    q.finish(q.leaseOne(), page(1));
    ResultBatch first = deliverUntilTrimmed(run, ResultBatch.START);
    String kept = q.ledger().delivered(run.id(), "file").orElseThrow().position();
    q.submit(run, "y");
    q.finish(q.leaseOne(), page(2));
    q.ledger().deliver(run.id(), "file", new RunLedger.Delivery(read(run, kept).position(), 1));

    assertThat(deletedAfterGrace()).as("what nobody can read").isEqualTo(1);

    assertThat(isThere(first.results().getFirst().output())).isFalse();
    WorkQueue another = q.another();
    List<Result> slow = another.ledger().results(run.id(), kept, 1_000, Duration.ZERO).results();
    assertThat(slow).hasSize(1);
    assertThat(Specs.textOf(slow.getFirst().output())).isEqualTo(page(2));
  }

  @Test
  void a_reader_that_goes_on_where_another_died_leaves_what_that_one_read() throws Exception {
    RunSpec run = q.open(Specs.single("r"));
    q.submit(run, "x");
    q.finish(q.leaseOne(), page(1));
    ResultBatch first = read(run, ResultBatch.START);
    q.ledger().deliver(run.id(), "file", new RunLedger.Delivery(first.position(), 1));
    q.submit(run, "y");
    q.finish(q.leaseOne(), page(2));
    BlobQueue next = (BlobQueue) q.another();
    String position = next.ledger().delivered(run.id(), "file").orElseThrow().position();

    ResultBatch second = deliverUntilTrimmed(next.ledger(), run, position);
    assertThat(next.deleteSpent()).isZero();
    elapsed = elapsed.plus(BlobQueue.GRACE).plusSeconds(1);

    assertThat(next.deleteSpent()).isEqualTo(1);
    assertThat(isThere(second.results().getFirst().output())).isFalse();
    assertThat(isThere(first.results().getFirst().output())).as("goes with the run").isTrue();
  }

  @Test
  void equal_bodies_of_two_items_go_each_for_itself() throws Exception {
    RunSpec run = q.open(Specs.single("r"));
    submitLarge(run, "x", 1);
    q.finish(q.leaseOne(), page(2));
    deliverUntilTrimmed(run, ResultBatch.START);
    submitLarge(run, "y", 1);
    q.finish(q.leaseOne(), page(2));

    assertThat(deletedAfterGrace()).isEqualTo(2);

    String delivered = q.ledger().delivered(run.id(), "file").orElseThrow().position();
    Result other = read(run, delivered).results().getFirst();
    assertThat(Specs.textOf(other.input())).isEqualTo(page(1));
    assertThat(Specs.textOf(other.output())).isEqualTo(page(2));
  }

  @Test
  void an_input_that_two_results_show_stays() throws Exception {
    RunSpec run = q.open(Specs.single("r").node("b").wide());
    submitLarge(run, "x", 1);
    for (Lease lease : q.leaseUpTo(2)) {
      q.finish(lease, page(2));
    }
    List<Result> both = read(run, ResultBatch.START).results();
    assertThat(both).hasSize(2);
    RunBlobs blobs = RunBlobs.of(run);

    assertThat(both)
        .allSatisfy(result ->
            assertThat(blobs.readLastWith(result).stream().map(SpentBlob::name))
                .containsExactly(result.output().blob().orElseThrow()));
  }

  @Test
  void a_handed_over_output_goes_once_its_successor_is_booked() throws Exception {
    RunSpec run = q.open(Specs.chain("r"));
    q.submit(run, "x");
    q.finish(q.leaseOne("A"), page(1));
    Lease second = q.leaseOne("B");
    Payload handedOver = given(second, "a");
    assertThat(deletedAfterGrace()).as("while it is read").isZero();

    q.finish(second, "small");

    assertThat(isThere(handedOver)).isTrue();
    assertThat(deletedAfterGrace()).isEqualTo(1);
    assertThat(isThere(handedOver)).isFalse();
  }

  @Test
  void ends_that_are_settled_together_count_each_for_itself() throws Exception {
    RunSpec run = q.open(Specs.chain("r"));
    q.submit(run, "x", "y", "z");
    for (Lease lease : q.leaseUpTo(3)) {
      q.finish(lease, page(lease.task().id().item().charAt(0)));
    }
    List<Lease> leases = q.leaseUpTo(3);
    assertThat(leases).hasSize(3);
    q.handBack(leases.get(0));
    List<Settled> settled =
        q.queue.settle(
            List.of(
                q.completion(leases.get(0), "late"),
                q.completion(leases.get(1), "done"),
                new Nack(
                    leases.get(2),
                    List.of(),
                    leases.get(2).task(),
                    1,
                    new Nack.Verdict.Bury("broken"))));

    assertThat(settled.get(0)).isInstanceOf(Settled.LeaseLost.class);
    assertThat(settled.get(1)).isInstanceOf(Settled.Booked.class);
    assertThat(settled.get(2)).isInstanceOf(Settled.Buried.class);
    assertThat(deletedAfterGrace()).isEqualTo(1);
    assertThat(isThere(given(leases.get(0), "a"))).as("of a lease that was lost").isTrue();
    assertThat(isThere(given(leases.get(1), "a"))).isFalse();
    assertThat(isThere(given(leases.get(2), "a"))).as("of a dead letter").isTrue();
  }

  @Test
  void what_a_dead_letter_and_its_replay_read_stays() throws Exception {
    RunSpec run = q.open(Specs.chain("r"));
    submitLarge(run, "x", 1);
    q.finish(q.leaseOne("A"), page(2));
    q.fail(q.leaseOne("B"), "try again", Duration.ZERO);
    assertThat(deletedAfterGrace()).isZero();
    q.bury(q.leaseOne("B"), "broken");

    assertThat(deletedAfterGrace()).isZero();

    assertThat(Specs.textOf(q.deadLetters(run).getFirst().task().input())).isEqualTo("x");
    q.ledger().replay(run.id(), List.of("x"));
    Lease again = q.leaseOne("B");
    assertThat(QueueFixture.input(again, "a")).isEqualTo(page(2));
  }

  @Test
  void what_several_nodes_or_a_join_read_stays() throws Exception {
    RunSpec run = q.open(Specs.diamond("r"));
    q.submit(run, "x");
    q.finish(q.leaseOne("A"), page(1));
    q.finish(q.leaseOne("B"), page(2));
    assertThat(deletedAfterGrace()).isZero();
    Lease other = q.leaseOne("C");
    assertThat(QueueFixture.input(other, "a")).isEqualTo(page(1));
    q.finish(other, page(3));
    Lease join = q.leaseOne("D");
    q.finish(join, page(4));

    assertThat(deletedAfterGrace()).isZero();
    assertThat(isThere(given(join, "b"))).isTrue();
    assertThat(isThere(given(join, "c"))).isTrue();
    assertThat(isThere(given(other, "a"))).isTrue();
  }

  @Test
  void an_output_that_is_its_items_input_stays_as_long_as_that() throws Exception {
    RunSpec run = q.open(Specs.chain("r"));
    submitLarge(run, "x", 1);
    Lease first = q.leaseOne("A");
    Payload same = first.task().input();
    NodeResult output = new NodeResult("a", first.task().key(), same, 1, false, true);
    Task next = new Task(new TaskId(run.id(), "x", "b"), "B", Specs.key("r", "b", "x"), same);
    q.queue.complete(new Completion(first, List.of(output), List.of(new Release(next, 1))));
    q.finish(q.leaseOne("B"), "small");

    assertThat(deletedAfterGrace()).isZero();

    assertThat(Specs.textOf(q.results(run).getFirst().input())).isEqualTo(page(1));
  }

  @Test
  void a_blob_without_an_owner_is_read_and_goes_with_its_run() throws Exception {
    RunSpec run = q.open(Specs.single("r"));
    Payload shared =
        Specs.text(page(1)).keptIn(store, q.ledger().queueId(), BlobFolders.of(run.id()));
    q.submit(run, List.of(large(run, "x", shared), large(run, "y", shared)));
    for (Lease lease : q.leaseUpTo(2)) {
      assertThat(Specs.textOf(lease.task().input())).isEqualTo(page(1));
      q.finish(lease, "small");
    }
    deliverUntilTrimmed(run, ResultBatch.START);

    assertThat(deletedAfterGrace()).isZero();
    assertThat(isThere(shared)).isTrue();
  }

  @Test
  void what_was_put_again_meanwhile_stays() throws Exception {
    RunSpec run = q.open(Specs.chain("r"));
    q.submit(run, "x");
    q.finish(q.leaseOne("A"), page(1));
    Lease second = q.leaseOne("B");
    q.finish(second, "small");
    Payload handedOver = given(second, "a");
    putAgain(handedOver);

    assertThat(deletedAfterGrace()).isZero();
    assertThat(isThere(handedOver)).isTrue();
  }

  /** A minute from now. */
  private void putAgain(Payload payload) throws IOException {
    Path blob = folder.resolve(payload.blob().orElseThrow().path());
    Files.setLastModifiedTime(blob, FileTime.from(Instant.now().plusSeconds(60)));
  }

  /** After a failover that forgot it, a result may be made once more and lie further behind. */
  @Test
  void a_result_that_was_put_again_before_the_first_one_was_dropped_stays() throws Exception {
    RunSpec run = q.open(Specs.single("r"));
    q.submit(run, "x");
    q.finish(q.leaseOne(), page(1));
    Payload output = read(run, ResultBatch.START).results().getFirst().output();
    putAgain(output);
    elapsed = Duration.ofMinutes(2);
    deliverUntilTrimmed(run, ResultBatch.START);

    assertThat(deletedAfterGrace()).isZero();
    assertThat(isThere(output)).isTrue();
  }

  @Test
  void what_a_run_of_tasks_by_hand_needs_stays() throws Exception {
    RunId run = new RunId("by hand");
    Task task = new Task(new TaskId(run, "x", "a"), "A", Specs.key("k", "a", "x"), Specs.text(""));
    q.queue.enqueue(task);
    q.queue.ack(q.queue.dequeue().orElseThrow(), Specs.text(page(1)));
    Result result =
        q.ledger().results(run, ResultBatch.START, 10, Duration.ZERO).results().getFirst();

    assertThat(((BlobQueue) q.queue).countSpent()).isZero();
    assertThat(isThere(result.output())).isTrue();
  }

  @Test
  void a_store_that_does_not_delete_is_asked_again() throws Exception {
    RunSpec run = q.open(Specs.chain("r"));
    q.submit(run, "x", "y");
    for (Lease lease : q.leaseUpTo(2)) {
      q.finish(lease, page(lease.task().id().item().charAt(0)));
    }
    List<Lease> leases = q.leaseUpTo(2);
    for (Lease lease : leases) {
      q.finish(lease, "small");
    }
    elapsed = elapsed.plus(BlobQueue.GRACE).plusSeconds(1);
    Path blocked = folder.resolve(given(leases.getFirst(), "a").blob().orElseThrow().path());
    byte[] bytes = block(blocked);

    assertThatThrownBy(this::deleteSpent).isInstanceOf(BlobUnavailableException.class);

    unblock(blocked, bytes);
    deleteSpent();
    assertThat(leases).noneMatch(lease -> isThere(given(lease, "a")));
  }

  /** A folder that is not empty, in place of a blob. */
  private static byte[] block(Path blob) throws IOException {
    byte[] bytes = Files.readAllBytes(blob);
    FileTime old = Files.getLastModifiedTime(blob);
    Files.delete(blob);
    Files.createDirectories(blob.resolve("in the way"));
    Files.setLastModifiedTime(blob, old);
    return bytes;
  }

  private static void unblock(Path blob, byte[] bytes) throws IOException {
    FileTime old = Files.getLastModifiedTime(blob);
    Files.delete(blob.resolve("in the way"));
    Files.delete(blob);
    Files.write(blob, bytes);
    Files.setLastModifiedTime(blob, old);
  }
}
