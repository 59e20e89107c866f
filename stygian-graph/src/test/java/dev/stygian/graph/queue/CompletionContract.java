package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.SHORT;
import static dev.stygian.graph.queue.QueueFixture.SOON;
import static dev.stygian.graph.queue.QueueFixture.result;
import static dev.stygian.graph.queue.QueueFixture.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a lease that worked: result, successors, counters and lease move together. */
interface CompletionContract extends Contract {

  @Test
  default void I3_a_completion_moves_everything_at_once() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x");

    q().finish(q().leaseOne());

    assertThat(q().counts(run, "a"))
        .isEqualTo(new RunStatus.NodeCounts("a", "A", 0, 0, 0, 1, 0, 0));
    assertThat(q().counts(run, "b"))
        .isEqualTo(new RunStatus.NodeCounts("b", "B", 1, 0, 0, 0, 0, 0));
    assertThat(q().status(run).done()).isZero();
    assertThat(q().results(run)).isEmpty();

    q().finish(q().leaseOne());

    assertThat(q().outputs(run)).containsExactly("x after b");
    q().isFinished(run, 1, 0);
  }

  @Test
  default void I3_a_chain_of_two_nodes_is_booked_by_one_completion() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x");
    Lease lease = q().leaseOne();
    Task b = Specs.task(run, "x", "b", "r");

    Settled settled =
        q().queue
            .complete(
                new Completion(
                    lease,
                    List.of(
                        result(run, lease.task(), "x after a", 1), result(run, b, "x after b", 3)),
                    List.of()));

    assertThat(settled).isInstanceOf(Settled.Booked.class);
    assertThat(q().counts(run, "a").done()).isEqualTo(1);
    assertThat(q().counts(run, "b").done()).isEqualTo(1);
    assertThat(q().results(run)).extracting(Result::attempts).containsExactly(3);
    q().isFinished(run, 1, 0);
  }

  @Test
  default void I3_each_node_of_a_chain_stands_under_its_own_key() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x");
    Lease lease = q().leaseOne();
    Task b = Specs.task(run, "x", "b", "r");
    q().queue
        .complete(
            new Completion(
                lease,
                List.of(result(run, lease.task(), "of a", 1), result(run, b, "of b", 1)),
                List.of()));
    RunSpec again = q().open(Specs.chain("again"));
    q().submit(again, List.of(Specs.shared(again, "x", "r")));

    Lease a = q().leaseOne();
    assertThat(a.stored().map(s -> Specs.textOf(s.output()))).contains("of a");
    q().queue
        .complete(
            new Completion(
                a,
                List.of(result(again, a.task(), "of a", 1)),
                List.of(new Release(Specs.task(again, "x", "b", "r"), 1))));
    assertThat(q().leaseOne().stored().map(s -> Specs.textOf(s.output()))).contains("of b");
  }

  @Test
  default void a_result_names_run_item_input_node_output_attempts_and_key() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    q().fail(q().leaseOne(), "again", Duration.ZERO);
    q().finish(q().leaseOne());

    assertThat(q().results(run))
        .containsExactly(
            new Result(
                run.id(),
                "x",
                Specs.text("x"),
                "a",
                Specs.text("x after a"),
                2,
                Specs.key("r", "a", "x")));
  }

  @Test
  default void I3_a_join_is_released_by_its_last_predecessor() throws Exception {
    RunSpec run = q().submitted(Specs.diamond("r"), "x", "y");
    q().finish(q().leaseOne("A"));
    q().finish(q().leaseOne("A"));

    q().finish(q().leaseOne("B"));
    q().finish(q().leaseOne("B"));
    assertThat(q().counts(run, "d").waiting()).isZero();

    q().finish(q().leaseOne("C"));
    assertThat(q().counts(run, "d").waiting()).isEqualTo(1);
    q().finish(q().leaseOne("D"));
    assertThat(q().status(run).done()).isEqualTo(1);

    assertThat(q().finishAll()).extracting(l -> l.task().id().node()).containsExactly("c", "d");
    assertThat(q().outputs(run)).containsExactly("x after d", "y after d");
    q().isFinished(run, 2, 0);
  }

  @Test
  default void I3_both_sides_of_a_join_at_once_release_it_once() throws Exception {
    RunSpec run = q().open(Specs.diamond("r"));
    WorkQueue left = q().another();
    WorkQueue right = q().another();
    for (int i = 0; i < 50; i++) {
      q().submit(run, "item-" + i);
      q().finish(q().leaseOne("A"));
      Lease b = q().leaseOne("B");
      Lease c = q().leaseOne("C");
      CyclicBarrier both = new CyclicBarrier(2);
      Future<Settled> one = q().start(() -> finishTogether(both, left, b));
      Future<Settled> other = q().start(() -> finishTogether(both, right, c));
      assertThat(soon(one)).isInstanceOf(Settled.Booked.class);
      assertThat(soon(other)).isInstanceOf(Settled.Booked.class);

      Lease d = q().leaseOne("D");
      assertThat(d.inputs()).containsOnlyKeys("b", "c");
      q().nothingToLease();
      q().finish(d);
    }
    q().queue.closeInput(run.id());
    q().isFinished(run, 50, 0);
  }

  private Settled finishTogether(CyclicBarrier both, WorkQueue queue, Lease lease)
      throws Exception {
    both.await(SOON.toSeconds(), TimeUnit.SECONDS);
    return q().finish(queue, lease);
  }

  @Test
  default void results_of_several_last_nodes_come_out_together() throws Exception {
    RunSpec run = q().submitted(Specs.fork("r"), "x", "y");
    q().finish(q().leaseOne("A"));
    q().finish(q().leaseOne("A"));
    Lease xb = q().leaseOne("B");
    Lease yb = q().leaseOne("B");
    Lease xc = q().leaseOne("C");

    q().finish(xb);
    q().finish(yb);
    assertThat(q().results(run)).isEmpty();
    assertThat(q().status(run).undeliveredResults()).isZero();

    q().finish(xc);
    assertThat(q().outputs(run)).containsExactlyInAnyOrder("x after b", "x after c");
    assertThat(q().status(run).done()).isEqualTo(1);

    q().finishAll();
    assertThat(q().outputs(run).subList(2, 4)).containsExactlyInAnyOrder("y after b", "y after c");
    q().isFinished(run, 2, 0);
  }

  @Test
  default void a_kept_output_may_be_larger_than_what_is_stored() throws Exception {
    q().submitted(Specs.chain("r"), "x");
    String large = Specs.noise(3, 200_000);

    q().finish(q().leaseOne(), large);

    assertThat(QueueFixture.input(q().leaseOne(), "a")).isEqualTo(large);
  }

  @Test
  default void a_kept_output_stays_while_the_task_that_reads_it_is_tried_again() throws Exception {
    q().submitted(Specs.chain("r"), "x");
    q().finish(q().leaseOne(), "kept");

    q().fail(q().leaseOne(), "again", Duration.ZERO);
    Lease second = q().leaseOne(SHORT);
    assertThat(QueueFixture.input(second, "a")).isEqualTo("kept");
    q().elapse(SHORT);

    Lease third = q().leaseOne();
    assertThat(third.attempt()).isEqualTo(3);
    assertThat(QueueFixture.input(third, "a")).isEqualTo("kept");
  }

  @Test
  default void several_first_nodes_of_an_item_are_one_item() throws Exception {
    RunSpec run = q().submitted(Specs.single("r").node("b").node("c", "a", "b").wide(), "x");

    assertThat(q().status(run).submitted()).isEqualTo(1);
    q().finish(q().leaseOne("A"));
    q().finish(q().leaseOne("B"));
    Lease c = q().leaseOne("C");
    assertThat(c.inputs()).containsOnlyKeys("a", "b");
    q().finish(c);

    q().isFinished(run, 1, 0);
    assertThat(q().outputs(run)).containsExactly("x after c");
  }

  @Test
  default void I3_a_completion_that_names_an_unknown_node_changes_nothing() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x");
    Lease lease = q().leaseOne();
    RunStatus before = q().status(run);
    RunSpec other = Specs.chain("r").node("z", "b").build();
    NodeResult good = result(run, lease.task(), "x after a", 1);
    Task unknown = Specs.task(other, "x", "z", "r");

    for (Completion wrong :
        List.of(
            new Completion(lease, List.of(good), List.of(new Release(unknown, 1))),
            new Completion(lease, List.of(good, result(other, unknown, "z", 1)), List.of()))) {
      assertThatThrownBy(() -> q().queue.complete(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("\"z\"");
    }

    assertThat(q().status(run)).isEqualTo(before);
    assertThat(q().finish(lease)).isInstanceOf(Settled.Booked.class);
  }

  @Test
  default void I3_many_chains_of_many_nodes_are_booked_together() throws Exception {
    Specs.RunBuilder builder = Specs.single("r");
    int nodes = 20;
    for (int i = 1; i < nodes; i++) {
      builder.node("n" + i, i == 1 ? "a" : "n" + (i - 1));
    }
    RunSpec run =
        q().submitted(
                builder, IntStream.range(0, 300).mapToObj(i -> "x" + i).toArray(String[]::new));
    List<Lease> leases = new ArrayList<>();
    List<Lease> some = q().leaseUpTo(300);
    while (!some.isEmpty()) {
      leases.addAll(some);
      some = q().leaseUpTo(300);
    }
    List<Future<Settled>> ends = new ArrayList<>();
    for (Lease lease : leases) {
      List<NodeResult> results = new ArrayList<>();
      for (LaneSpec lane : run.lanes()) {
        Task task = Specs.task(run, lease.task().id().item(), lane.node(), "r");
        results.add(QueueFixture.result(run, task, "out", 1));
      }
      ends.add(q().start(() -> q().queue.complete(new Completion(lease, results, List.of()))));
    }

    for (Future<Settled> end : ends) {
      assertThat(QueueFixture.soon(end)).isInstanceOf(Settled.Booked.class);
    }
    q().isFinished(run, 300, 0);
  }

  @Test
  default void I4_the_first_result_wins_also_for_a_later_node() throws Exception {
    RunSpec first = q().submitted(Specs.chain("first"), "x");
    q().finish(q().leaseOne("A"));
    Lease slow = q().leaseOne("B");
    RunSpec second = q().open(Specs.chain("second"));
    q().submit(second, List.of(Specs.shared(second, "y", "second")));
    Lease quick = q().leaseOne("A");
    NodeResult own = new NodeResult("a", quick.task().key(), Specs.text("own"), 1, false, false);
    NodeResult theirs = new NodeResult("b", slow.task().key(), Specs.text("first"), 1, true, false);
    q().queue.complete(new Completion(quick, List.of(own, theirs), List.of()));

    q().finish(slow, "second");

    assertThat(q().outputs(first)).containsExactly("first");
  }

  /** Few ends and many are booked in different ways. */
  @ParameterizedTest
  @ValueSource(ints = {1, 12})
  default void I4_the_first_result_wins_also_where_nodes_before_it_were_handed_on_in_memory(
      int items) throws Exception {
    List<String> outputs = new ArrayList<>();
    for (String round : List.of("first", "second")) {
      RunSpec run = q().open(Specs.chain(round));
      q().submit(run, Specs.shared(run, items, "scope"));
      List<Completion> ends = new ArrayList<>();
      for (Lease lease : q().leaseUpTo(items)) {
        assertThat(lease.stored()).as("of what was handed on").isEmpty();
        Task last = Specs.task(run, lease.task().id().item(), "b", "scope");
        NodeResult result = QueueFixture.result(run, last, round + " of " + last.id().item(), 1);
        ends.add(new Completion(lease, new Progress(List.of("a"), List.of(result), List.of())));
      }
      assertThat(q().queue.settle(ends)).hasSize(items).containsOnly(new Settled.Booked());
      outputs.add(String.join(",", q().outputs(run)));
    }

    assertThat(outputs.getFirst()).contains("first");
    assertThat(outputs.getLast()).isEqualTo(outputs.getFirst());
  }
}
