package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Items that a rule says are not to be executed, and tasks that are to wait elsewhere or later. */
interface ExclusionContract extends Contract {

  @Test
  default void an_excluded_item_is_an_end_of_its_own() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x", "y");
    List<Lease> leases = q().leaseUpTo(2);

    assertThat(exclude(leases.get(0))).isEqualTo(new Settled.Booked());
    q().bury(leases.get(1), "broken");

    RunStatus status = q().status(run);
    assertThat(status.excluded()).isEqualTo(1);
    assertThat(status.dead()).isEqualTo(1);
    assertThat(status.inFlight()).isZero();
    assertThat(status.state()).isEqualTo(RunStatus.State.FINISHED);
    assertThat(q().ledger().excluded(run.id(), "", 10))
        .singleElement()
        .satisfies(letter -> {
          assertThat(letter.task().id().item()).isEqualTo("x");
          assertThat(letter.errors())
              .extracting(DeadLetter.AttemptError::message)
              .containsExactly("by rule");
        });
    assertThat(q().deadLetters(run)).extracting(l -> l.task().id().item()).containsExactly("y");
    assertThat(q().counts(run, "a").dead()).isEqualTo(1);
  }

  @Test
  default void an_excluded_item_can_be_put_back_to_work() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    exclude(q().leaseOne());

    assertThat(q().ledger().replay(run.id(), Set.of("x"))).isEqualTo(1);

    q().finish(q().leaseOne());
    RunStatus status = q().status(run);
    assertThat(status.done()).isEqualTo(1);
    assertThat(status.excluded()).isZero();
    assertThat(q().ledger().excluded(run.id(), "", 10)).isEmpty();
  }

  @Test
  default void what_else_there_is_of_an_excluded_item_stops() throws Exception {
    RunSpec run = q().submitted(Specs.diamond("r"), "x");
    q().finish(q().leaseOne());
    List<Lease> leases = q().leaseUpTo(2);

    exclude(leases.get(0));
    q().fail(leases.get(1), "no", Duration.ZERO);

    q().nothingToLease();
    RunStatus status = q().status(run);
    assertThat(status.excluded()).isEqualTo(1);
    assertThat(status.state()).isEqualTo(RunStatus.State.FINISHED);
  }

  @Test
  default void a_task_may_be_handed_back_into_another_lane() throws Exception {
    HostLane host = new HostLane("a.example", Duration.ZERO, 1);
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    for (Lease lease : q().leaseUpTo(2)) {
      q().queue
          .nack(
              new Nack(
                  lease,
                  List.of(),
                  lease.task().in(host),
                  lease.attempt(),
                  new Nack.Verdict.HandBack(true, Duration.ZERO)));
    }

    Lease first = q().leaseOne();
    q().nothingToLease();
    assertThat(first.task().hostLane()).contains(host);
    assertThat(first.attempt()).isEqualTo(1);
    q().finish(first);
    q().finish(q().leaseOne());
    assertThat(q().status(run).done()).isEqualTo(2);
  }

  @Test
  default void a_task_may_be_handed_back_for_later() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    Lease lease = q().leaseOne();

    q().queue
        .nack(
            new Nack(
                lease,
                List.of(),
                lease.task(),
                lease.attempt(),
                new Nack.Verdict.HandBack(false, QueueFixture.SHORT)));

    q().nothingToLease();
    assertThat(q().counts(run, "a").delayed()).isEqualTo(1);
    q().elapse(QueueFixture.SHORT);
    assertThat(q().leaseOne().attempt()).isEqualTo(1);
  }

  private Settled exclude(Lease lease) throws InterruptedException {
    Nack.Verdict rule = new Nack.Verdict.Exclude("by rule");
    return q().queue.nack(new Nack(lease, List.of(), lease.task(), lease.attempt(), rule));
  }
}
