package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many leases that end in one call: each as if it had come alone. */
interface SettleContract extends Contract {

  @Test
  default void I3_a_batch_of_mixed_ends_is_settled_each_for_itself() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "done", "again", "dead", "back");
    List<Lease> leases = leaseOneByOne(4);

    List<Settled> settled =
        q().queue
            .settle(
                List.of(
                    q().completion(leases.get(0), "x"),
                    nack(leases.get(1), new Nack.Verdict.Retry("later", Duration.ofHours(1))),
                    nack(leases.get(2), new Nack.Verdict.Bury("never")),
                    nack(leases.get(3), new Nack.Verdict.HandBack())));

    assertThat(settled)
        .containsExactly(
            new Settled.Booked(), new Settled.Booked(), new Settled.Buried(), new Settled.Booked());
    assertThat(q().counts(run, "a"))
        .isEqualTo(new RunStatus.NodeCounts("a", "A", 1, 1, 0, 1, 1, 1));
    assertThat(q().counts(run, "b").waiting()).isEqualTo(1);
    assertThat(q().deadLetters(run)).extracting(l -> l.task().id().item()).containsExactly("dead");
    Lease back = q().leaseOne("A");
    assertThat(back.task().id().item()).isEqualTo("back");
    assertThat(back.attempt()).isEqualTo(1);
  }

  @Test
  default void I2_a_lost_lease_in_a_batch_changes_only_itself() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y", "z");
    List<Lease> leases = leaseOneByOne(3);
    q().finish(leases.get(1), "first");

    List<Settled> settled =
        q().queue.settle(leases.stream().map(lease -> q().completion(lease, "second")).toList());

    assertThat(settled)
        .containsExactly(
            new Settled.Booked(),
            new Settled.LeaseLost(leases.get(1).token()),
            new Settled.Booked());
    assertThat(q().outputs(run)).containsExactlyInAnyOrder("first", "second", "second");
    q().isFinished(run, 3, 0);
  }

  @Test
  default void the_same_lease_twice_in_a_batch_ends_once() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    Lease lease = q().leaseOne();

    List<Settled> settled =
        q().queue
            .settle(
                List.of(
                    q().completion(lease, "x"), nack(lease, new Nack.Verdict.Bury("too late"))));

    assertThat(settled).containsExactly(new Settled.Booked(), new Settled.LeaseLost(lease.token()));
    q().isFinished(run, 1, 0);
  }

  @Test
  default void the_lease_of_a_run_that_is_gone_is_lost_and_the_others_are_settled()
      throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    Lease known = q().leaseOne();
    RunSpec gone = Specs.single("gone").build();
    LeaseToken token = new LeaseToken(known.token().lease() + 1_000, 0);
    Lease unknown =
        new Lease(
            token,
            Specs.task(gone, "y", "a", "gone"),
            1,
            known.deadline(),
            known.visibility(),
            known.inputs(),
            known.stored());
    NodeResult result = QueueFixture.result(gone, unknown.task(), "y", 1);

    List<Settled> settled =
        q().queue
            .settle(
                List.of(
                    new Completion(unknown, List.of(result), List.of()),
                    nack(unknown, new Nack.Verdict.HandBack()),
                    q().completion(known, "x")));

    assertThat(settled)
        .containsExactly(
            new Settled.LeaseLost(token), new Settled.LeaseLost(token), new Settled.Booked());
    q().isFinished(run, 1, 0);
  }

  @Test
  default void a_batch_may_be_empty_and_may_be_large() throws Exception {
    assertThat(q().queue.settle(List.of())).isEmpty();
    RunSpec run = q().submitted(Specs.single("r"), Specs.names(1_200));
    List<Settlement> ends = new ArrayList<>();
    List<Lease> some = q().leaseUpTo(400);
    while (!some.isEmpty()) {
      some.forEach(lease -> ends.add(q().completion(lease, "out")));
      some = q().leaseUpTo(400);
    }

    assertThat(q().queue.settle(ends)).hasSize(1_200).containsOnly(new Settled.Booked());
    q().isFinished(run, 1_200, 0);
  }

  @Test
  default void I2_lost_leases_among_many_that_end_together_change_only_themselves()
      throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), Specs.names(100));
    List<Lease> leases = q().leaseUpTo(100);
    List<Lease> before = List.of(leases.get(0), leases.get(41), leases.get(99));
    for (Lease lease : before) {
      q().finish(lease, "first");
    }

    List<Settled> settled = settle(leases, "second");

    assertThat(settled.stream().filter(Settled.LeaseLost.class::isInstance))
        .containsExactlyElementsOf(
            before.stream().map(lease -> (Settled) new Settled.LeaseLost(lease.token())).toList());
    assertThat(q().outputs(run)).hasSize(100);
    assertThat(q().outputs(run).stream().filter("first"::equals)).hasSize(3);
    assertThat(q().results(run)).extracting(Result::item).doesNotHaveDuplicates();
    q().isFinished(run, 100, 0);
  }

  @Test
  default void I2_leases_of_several_runs_end_together_although_a_task_of_one_is_lost()
      throws Exception {
    RunSpec whole = q().submitted(Specs.single("whole"), Specs.names(30));
    RunSpec holed = q().submitted(Specs.single("holed"), Specs.names(30));
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      leases.addAll(q().leaseUpTo(10));
    }
    Lease lost =
        leases.stream()
            .filter(lease -> lease.task().id().run().equals(holed.id()))
            .toList()
            .get(14);
    q().finish(lost, "first");

    List<Settled> settled =
        q().queue.settle(leases.stream().map(l -> q().completion(l, itemOf(l))).toList());

    assertThat(settled).hasSize(60);
    assertThat(settled.stream().filter(Settled.LeaseLost.class::isInstance))
        .containsExactly(new Settled.LeaseLost(lost.token()));
    for (RunSpec run : List.of(whole, holed)) {
      assertThat(q().results(run))
          .hasSize(30)
          .allSatisfy(r ->
              assertThat(Specs.textOf(r.output()))
                  .isEqualTo(
                      run.equals(holed) && r.item().equals(itemOf(lost)) ? "first" : r.item()));
      assertThat(q().results(run)).extracting(Result::item).doesNotHaveDuplicates();
      q().ledger().deliver(run.id(), "reader", new RunLedger.Delivery(endOf(run), 30));
      assertThat(q().status(run).undeliveredBytes()).isZero();
      q().isFinished(run, 30, 0);
    }
  }

  @Test
  default void I4_what_ended_together_answers_each_repeat_with_its_own_result() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, Specs.shared(run, 100, "scope"));
    List<Lease> leases = q().leaseUpTo(100);
    List<Settlement> ends = new ArrayList<>();
    leases.forEach(lease -> ends.add(q().completion(lease, "of " + lease.task().id().item())));
    assertThat(q().queue.settle(ends)).containsOnly(new Settled.Booked());

    RunSpec answered = q().open(Specs.single("answered"));
    q().submit(answered, Specs.answerable(answered, 100, "scope"));
    q().queue.closeInput(answered.id());
    RunSpec handedOut = q().open(Specs.single("handed out"));
    q().submit(handedOut, Specs.shared(handedOut, 100, "scope"));

    q().isFinished(answered, 100, 0);
    assertThat(q().results(answered))
        .hasSize(100)
        .allSatisfy(r -> assertThat(Specs.textOf(r.output())).isEqualTo("of " + r.item()));
    assertThat(q().leaseUpTo(100))
        .hasSize(100)
        .allSatisfy(lease ->
            assertThat(lease.stored().map(stored -> Specs.textOf(stored.output())))
                .hasValue("of " + lease.task().id().item()));
  }

  @Test
  default void what_ended_together_is_read_and_delivered_in_any_steps() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), Specs.names(100));
    settle(q().leaseUpTo(100), "x");
    List<String> read = new ArrayList<>();
    String position = ResultBatch.START;
    boolean ended = false;
    while (!ended) {
      ResultBatch batch = q().ledger().results(run.id(), position, 7, Duration.ZERO);
      batch.results().forEach(result -> read.add(result.item()));
      position = batch.position();
      ended = batch.ended();
      q().ledger().deliver(run.id(), "reader", new RunLedger.Delivery(position, read.size()));
      assertThat(q().status(run).undeliveredResults()).isEqualTo(100 - read.size());
    }

    assertThat(read).hasSize(100).doesNotHaveDuplicates();
    assertThat(q().status(run).undeliveredBytes()).isZero();
  }

  @Test
  default void the_tasks_of_a_cancelled_run_that_end_together_are_cancelled() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), Specs.names(50));
    List<Lease> leases = q().leaseUpTo(50);
    q().ledger().cancel(run.id());

    assertThat(settle(leases, "too late")).containsOnly(new Settled.Booked());

    assertThat(q().status(run).cancelled()).isEqualTo(50);
    assertThat(q().outputs(run)).isEmpty();
  }

  @Test
  default void tasks_that_failed_before_end_together() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), Specs.names(20));
    for (Lease lease : q().leaseUpTo(20)) {
      q().fail(lease, "not yet", Duration.ZERO);
    }
    List<Lease> again = new ArrayList<>();
    while (again.size() < 20) {
      again.addAll(q().leaseUpTo(20));
    }

    assertThat(settle(again, "x")).containsOnly(new Settled.Booked());

    q().isFinished(run, 20, 0);
    assertThat(q().results(run)).hasSize(20).allMatch(result -> result.attempts() == 2);
  }

  private static String itemOf(Lease lease) {
    return lease.task().id().item();
  }

  private String endOf(RunSpec run) throws InterruptedException {
    return q().ledger().results(run.id(), ResultBatch.START, 1_000, Duration.ZERO).position();
  }

  private List<Settled> settle(List<Lease> leases, String output) throws InterruptedException {
    return q().queue.settle(leases.stream().map(lease -> q().completion(lease, output)).toList());
  }

  private List<Lease> leaseOneByOne(int count) throws InterruptedException {
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      leases.add(q().leaseOne("A"));
    }
    return leases;
  }

  private static Nack nack(Lease lease, Nack.Verdict verdict) {
    return new Nack(lease, List.of(), lease.task(), lease.attempt(), verdict);
  }
}
