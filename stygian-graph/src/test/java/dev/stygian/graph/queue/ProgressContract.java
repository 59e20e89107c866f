package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several nodes under one lease, some of whose outputs are handed on and written nowhere. */
interface ProgressContract extends Contract {
  Nack.Verdict AGAIN = new Nack.Verdict.Retry("not yet", Duration.ZERO);

  @Test
  default void nodes_that_were_passed_are_counted_and_leave_nothing_under_their_keys()
      throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), Specs.names(40));
    settleChains(run, "r", q().leaseUpTo(40), "out");

    assertThat(q().counts(run, "a").done()).isEqualTo(40);
    assertThat(q().counts(run, "b").done()).isEqualTo(40);
    assertThat(q().outputs(run)).hasSize(40).containsOnly("out");
    q().isFinished(run, 40, 0);

    RunSpec next = q().open(Specs.chain("next"));
    q().submit(next, List.of(Specs.shared(next, "x0", "r")));
    assertThat(q().leaseOne("A").stored()).isEmpty();
  }

  @Test
  default void I4_the_first_result_wins_among_many_that_followed_in_memory() throws Exception {
    RunSpec first = q().open(Specs.chain("first"));
    q().submit(first, Specs.shared(first, 20, "first"));
    List<Lease> slow = q().leaseUpTo(20);
    RunSpec second = q().open(Specs.single("second").node("b").wide());
    q().submit(second, List.of(Specs.shared(second, "x7", "first")));
    Lease quick = q().leaseOne("B");
    q().finish(quick, "theirs");

    settleChains(first, "first", slow, "ours");

    assertThat(q().results(first))
        .hasSize(20)
        .allSatisfy(result ->
            assertThat(Specs.textOf(result.output()))
                .isEqualTo(result.item().equals("x7") ? "theirs" : "ours"));
    assertThat(q().counts(first, "a").done()).isEqualTo(20);
  }

  @Test
  default void an_item_that_passes_a_fork_in_one_go_ends_whole_and_answers_its_repeat()
      throws Exception {
    RunSpec run = q().open(Specs.fork("r"));
    q().submit(run, Specs.answerable(run, 30, "shared"));
    settleForks(run, q().leaseUpTo(30));

    assertThat(q().results(run)).hasSize(60);
    assertThat(q().ledger().status(run.id()).done()).isEqualTo(30);
    assertThat(q().counts(run, "a").done()).isEqualTo(30);

    RunSpec repeat = q().open(Specs.fork("repeat"));
    q().submit(repeat, Specs.answerable(repeat, 30, "shared"));
    q().nothingToLease();
    assertThat(q().results(repeat)).hasSize(60);
    assertThat(q().results(repeat).stream().map(Result::input).map(Specs::textOf).distinct())
        .hasSize(30);
    assertThat(q().ledger().status(repeat.id()).done()).isEqualTo(30);
  }

  @Test
  default void a_nack_books_and_releases_what_worked_beside_the_task_that_did_not()
      throws Exception {
    RunSpec run = q().submitted(Specs.diamond("r"), "x");
    Lease a = q().leaseOne();

    assertThat(q().queue.nack(branchFailed(run, a, AGAIN))).isEqualTo(new Settled.Booked());

    assertThat(q().counts(run, "a").done()).isEqualTo(1);
    assertThat(q().counts(run, "b").retries()).isEqualTo(1);
    Lease c = q().leaseOne("C");
    assertThat(QueueFixture.input(c, "a")).isEqualTo("x after a");
    q().finish(c);
    Lease b = q().leaseOne("B");
    assertThat(b.attempt()).isEqualTo(2);
    q().finish(b);
    Lease d = q().leaseOne("D");
    assertThat(d.inputs()).containsOnlyKeys("b", "c");
    q().finish(d);
    assertThat(q().results(run)).hasSize(1);
    q().isFinished(run, 1, 0);
  }

  @Test
  default void what_a_nack_released_stops_with_its_dead_item_and_comes_back_with_it()
      throws Exception {
    RunSpec run = q().submitted(Specs.diamond("r"), "x");
    Lease a = q().leaseOne();

    assertThat(q().queue.nack(branchFailed(run, a, new Nack.Verdict.Bury("never"))))
        .isEqualTo(new Settled.Buried());
    q().nothingToLease();
    q().isFinished(run, 0, 1);

    assertThat(q().ledger().replay(run.id(), List.of("x"))).isEqualTo(1);
    q().finish(q().leaseOne("B"));
    q().finish(q().leaseOne("C"));
    q().finish(q().leaseOne("D"));
    assertThat(q().results(run)).hasSize(1);
    q().isFinished(run, 1, 0);
  }

  @Test
  default void lost_leases_among_chains_that_end_together_change_only_themselves()
      throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), Specs.names(30));
    List<Lease> leases = q().leaseUpTo(30);
    Lease lost = leases.get(11);
    settleChains(run, "r", List.of(lost), "first");

    List<Settled> settled = settleChains(run, "r", leases, "second");

    assertThat(settled.stream().filter(Settled.LeaseLost.class::isInstance))
        .containsExactly(new Settled.LeaseLost(lost.token()));
    assertThat(q().outputs(run)).hasSize(30);
    assertThat(q().outputs(run).stream().filter("first"::equals)).hasSize(1);
    assertThat(q().counts(run, "b").done()).isEqualTo(30);
    q().isFinished(run, 30, 0);
  }

  private List<Settled> settleChains(RunSpec run, String scope, List<Lease> leases, String output)
      throws InterruptedException {
    return q().queue
        .settle(
            leases.stream()
                .map(lease -> {
                  Task b = Specs.task(run, lease.task().id().item(), "b", scope);
                  NodeResult last = QueueFixture.result(run, b, output, 1);
                  return new Completion(
                      lease, new Progress(List.of("a"), List.of(last), List.of()));
                })
                .toList());
  }

  private void settleForks(RunSpec run, List<Lease> leases) throws InterruptedException {
    q().queue
        .settle(
            leases.stream()
                .map(lease -> {
                  List<NodeResult> ends =
                      Specs.lastNodes(run).stream()
                          .map(node -> Specs.task(run, lease.task().id().item(), node, "shared"))
                          .map(task -> QueueFixture.result(run, task, task.id().node(), 1))
                          .toList();
                  return new Completion(lease, new Progress(List.of("a"), ends, List.of()));
                })
                .toList());
  }

  /** The end of a diamond's first task behind which {@code b} failed before {@code c} was tried. */
  private static Nack branchFailed(RunSpec run, Lease a, Nack.Verdict verdict) {
    NodeResult kept = QueueFixture.result(run, a.task(), "x after a", 1);
    Release c = new Release(Specs.task(run, "x", "c", "r"), 1);
    Progress progress = new Progress(List.of(), List.of(kept), List.of(c));
    return new Nack(a, progress, Specs.task(run, "x", "b", "r"), 1, verdict);
  }
}
