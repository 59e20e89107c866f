package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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
    RunSpec run =
        q().submitted(
                Specs.single("r"),
                IntStream.range(0, 1_200).mapToObj(i -> "x" + i).toArray(String[]::new));
    List<Settlement> ends = new ArrayList<>();
    List<Lease> some = q().leaseUpTo(400);
    while (!some.isEmpty()) {
      some.forEach(lease -> ends.add(q().completion(lease, "out")));
      some = q().leaseUpTo(400);
    }

    assertThat(q().queue.settle(ends)).hasSize(1_200).containsOnly(new Settled.Booked());
    q().isFinished(run, 1_200, 0);
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
