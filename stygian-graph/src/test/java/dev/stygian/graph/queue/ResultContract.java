package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.SOON;
import static dev.stygian.graph.queue.QueueFixture.soon;
import static dev.stygian.graph.queue.QueueFixture.stillWaits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.OutputException;
import dev.stygian.graph.queue.RunLedger.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Results are read by position, delivered by readers, and bounded. */
interface ResultContract extends Contract {

  @Test
  default void results_are_read_in_stretches_in_order_and_as_often_as_one_likes() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "v", "w", "x", "y", "z");
    q().finishAll();

    for (RunLedger ledger : List.of(q().ledger(), q().another().ledger())) {
      List<String> read = new ArrayList<>();
      String position = ResultBatch.START;
      ResultBatch batch;
      do {
        batch = ledger.results(run.id(), position, 2, Duration.ZERO);
        assertThat(batch.results()).hasSizeLessThanOrEqualTo(2);
        batch.results().forEach(result -> read.add(result.item()));
        position = batch.position();
      } while (!batch.results().isEmpty() && !batch.ended());
      assertThat(read).containsExactly("v", "w", "x", "y", "z");
    }
  }

  @Test
  default void I14_ended_is_said_after_the_last_result_of_a_run_that_is_over() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, "x", "y");
    q().finishAll();

    ResultBatch open = q().ledger().results(run.id(), ResultBatch.START, 10, Duration.ZERO);
    assertThat(open.results()).hasSize(2);
    assertThat(open.ended()).isFalse();

    q().queue.closeInput(run.id());
    assertThat(q().ledger().results(run.id(), ResultBatch.START, 1, Duration.ZERO).ended())
        .isFalse();
    ResultBatch end = q().ledger().results(run.id(), open.position(), 10, SOON);
    assertThat(end.results()).isEmpty();
    assertThat(end.ended()).isTrue();
  }

  @Test
  default void a_reader_waits_for_the_first_result() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    assertThat(q().ledger().results(run.id(), ResultBatch.START, 9, Duration.ofMillis(20)))
        .isEqualTo(new ResultBatch(List.of(), ResultBatch.START, false));
    RunLedger elsewhere = q().another().ledger();
    Future<ResultBatch> reader =
        q().start(() -> elsewhere.results(run.id(), ResultBatch.START, 9, Duration.ofMinutes(1)));
    stillWaits(reader);

    q().finish(q().leaseOne());

    assertThat(soon(reader).results()).extracting(Result::item).containsExactly("x");
  }

  @Test
  default void a_waiting_reader_is_told_that_the_run_ended() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    RunLedger elsewhere = q().another().ledger();
    Future<ResultBatch> reader =
        q().start(() -> elsewhere.results(run.id(), ResultBatch.START, 9, Duration.ofMinutes(1)));
    stillWaits(reader);

    q().bury(q().leaseOne(), "never");

    assertThat(soon(reader).ended()).isTrue();
  }

  @Test
  default void what_a_reader_committed_is_known_everywhere() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    q().finishAll();
    String position =
        q().ledger().results(run.id(), ResultBatch.START, 1, Duration.ZERO).position();
    assertThat(q().ledger().delivered(run.id(), "out.jsonl")).isEmpty();

    q().ledger().deliver(run.id(), "out.jsonl", new Delivery(position, 123));

    RunLedger elsewhere = q().another().ledger();
    assertThat(elsewhere.delivered(run.id(), "out.jsonl")).contains(new Delivery(position, 123));
    assertThat(elsewhere.delivered(run.id(), "other.jsonl")).isEmpty();
    assertThat(elsewhere.results(run.id(), position, 9, Duration.ZERO).results())
        .extracting(Result::item)
        .containsExactly("y");
  }

  @Test
  default void I12_undelivered_results_are_those_that_nobody_has_yet() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y", "z");
    q().finishAll();
    assertThat(q().status(run).undeliveredResults()).isEqualTo(3);
    assertThat(q().status(run).undeliveredBytes()).isPositive();
    long all = q().status(run).undeliveredBytes();
    ResultBatch first = q().ledger().results(run.id(), ResultBatch.START, 1, Duration.ZERO);
    ResultBatch second = q().ledger().results(run.id(), first.position(), 1, Duration.ZERO);
    ResultBatch third = q().ledger().results(run.id(), second.position(), 1, Duration.ZERO);

    q().ledger().deliver(run.id(), "fast", new Delivery(second.position(), 0));
    assertThat(q().status(run).undeliveredResults()).isEqualTo(1);
    assertThat(q().status(run).undeliveredBytes()).isPositive().isLessThan(all);

    q().ledger().deliver(run.id(), "slow", new Delivery(first.position(), 0));
    assertThat(q().status(run).undeliveredResults()).isEqualTo(1);

    q().ledger().deliver(run.id(), "slow", new Delivery(third.position(), 0));
    assertThat(q().status(run).undeliveredResults()).isZero();
    assertThat(q().status(run).undeliveredBytes()).isZero();
  }

  @Test
  default void I12_too_many_undelivered_results_hold_back_first_nodes_only() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r").undeliveredResults(2), "w", "x", "y", "z");
    List<Lease> firsts = q().leaseUpTo(3);
    for (Lease lease : firsts) {
      q().finish(lease);
    }
    q().finish(q().leaseOne("B"));
    q().finish(q().leaseOne("B"));

    assertThat(q().status(run).heldBack()).isTrue();
    assertThat(q().leaseUpTo(10)).extracting(l -> l.task().id().node()).containsExactly("b");
    assertThat(q().counts(run, "a").waiting()).isEqualTo(1);

    RunLedger elsewhere = q().another().ledger();
    WorkQueue worker = q().another();
    Future<List<Lease>> waiting =
        q().start(() ->
            worker.lease(QueueFixture.request(1, QueueFixture.LONG, Duration.ofMinutes(1))));
    stillWaits(waiting);
    String position = elsewhere.results(run.id(), ResultBatch.START, 10, Duration.ZERO).position();
    elsewhere.deliver(run.id(), "out", new Delivery(position, 0));

    assertThat(soon(waiting)).extracting(l -> l.task().id().node()).containsExactly("a");
    assertThat(q().status(run).heldBack()).isFalse();
  }

  @Test
  default void I12_too_many_undelivered_bytes_hold_back_first_nodes_too() throws Exception {
    RunLimits limits =
        new RunLimits(
            100,
            1_000,
            1_000,
            Duration.ofHours(1),
            1 << 20,
            Duration.ofHours(1),
            QueueFixture.LONG);
    RunSpec run = q().submitted(Specs.single("r").limits(limits), "x", "y");
    String large = Specs.noise(5, 3_000);

    q().finish(q().leaseOne(), large);

    assertThat(q().status(run).heldBack()).isTrue();
    q().nothingToLease();
  }

  @Test
  default void I12_a_run_that_is_held_back_holds_no_other_back() throws Exception {
    RunSpec full = q().open(Specs.single("full").undeliveredResults(1));
    q().submit(full, "x", "y");
    q().finish(q().leaseOne());
    q().submitted(Specs.single("other"), "z");

    assertThat(q().leaseUpTo(10)).extracting(l -> l.task().id().item()).containsExactly("z");
  }

  @Test
  default void a_text_that_is_no_position_is_refused_by_name() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");

    assertThatThrownBy(() -> q().ledger().results(run.id(), "page two", 9, Duration.ZERO))
        .isInstanceOf(OutputException.class)
        .hasMessageContaining("page two");
  }

  @Test
  default void results_that_were_delivered_long_ago_may_be_gone_and_this_is_told()
      throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    int count = 12_000;
    for (int i = 0; i < count; i += 1_000) {
      q().submit(run, IntakeContract.items(run, 1_000));
      q().finishAll();
    }
    String middle =
        q().ledger().results(run.id(), ResultBatch.START, 6_000, Duration.ZERO).position();
    String end = q().ledger().results(run.id(), middle, 6_000, Duration.ZERO).position();
    q().ledger().deliver(run.id(), "out", new Delivery(end, 0));

    assertThat(q().ledger().results(run.id(), middle, 9_000, Duration.ZERO).results())
        .hasSize(6_000);
    try {
      ResultBatch all = q().ledger().results(run.id(), ResultBatch.START, 20_000, Duration.ZERO);
      assertThat(all.results()).hasSize(count);
    } catch (OutputException e) {
      assertThat(e).hasMessageContaining(ResultBatch.START);
    }
  }
}
