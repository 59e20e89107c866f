package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How runs that have work share the workers. */
interface ShareContract extends Contract {
  /** Tasks of a turn, for each of a run's weight. */
  int QUANTUM = 100;

  /** Opens a run with so many waiting tasks. */
  private RunSpec filled(Specs.RunBuilder builder, int tasks) throws InterruptedException {
    RunSpec run = q().open(builder);
    q().submit(run, IntakeContract.items(run, tasks));
    return run;
  }

  /** How many tasks of each run are handed out in calls of so many. */
  private Map<String, Integer> shares(int tasks, int perCall) throws InterruptedException {
    Map<String, Integer> shares = new HashMap<>();
    int left = tasks;
    while (left > 0) {
      List<Lease> leases = q().leaseUpTo(Math.min(left, perCall));
      assertThat(leases).isNotEmpty();
      leases.forEach(lease -> shares.merge(lease.task().id().run().value(), 1, Integer::sum));
      left -= leases.size();
    }
    return shares;
  }

  @Test
  default void I8_T15_equal_weights_get_equal_shares_in_calls_of_any_size() throws Exception {
    filled(Specs.single("one"), 1_500);
    filled(Specs.single("two"), 1_500);

    Map<String, Integer> shares = shares(2_000, 37);

    assertThat(shares.get("one")).isBetween(980, 1_020);
    assertThat(shares.get("two")).isBetween(980, 1_020);
  }

  @Test
  default void I8_a_run_of_weight_3_gets_three_times_the_tasks_of_a_run_of_weight_1()
      throws Exception {
    filled(Specs.single("light"), 1_000);
    filled(Specs.single("heavy").weight(3), 2_000);

    assertThat(shares(4 * 4 * QUANTUM, 23))
        .containsExactlyInAnyOrderEntriesOf(Map.of("light", 4 * QUANTUM, "heavy", 12 * QUANTUM));
  }

  @Test
  default void I8_what_a_call_hands_out_in_the_middle_of_a_turn_counts() throws Exception {
    filled(Specs.single("one"), 500);
    filled(Specs.single("two"), 500);

    assertThat(shares(60, 60)).containsOnlyKeys("one");
    assertThat(shares(60, 60)).isEqualTo(Map.of("one", 40, "two", 20));
    assertThat(shares(100, 100)).isEqualTo(Map.of("two", 80, "one", 20));
  }

  @Test
  default void I8_T15_a_heavy_run_delays_a_small_one_by_one_round_at_most() throws Exception {
    filled(Specs.single("heavy").weight(5), 3_000);
    shares(50, 50);
    filled(Specs.single("small"), 10);

    assertThat(shares(5 * QUANTUM + 10, 40).get("small")).isEqualTo(10);
  }

  @Test
  default void I8_a_weight_can_be_changed_while_the_run_goes_on() throws Exception {
    RunSpec one = filled(Specs.single("one"), 2_000);
    filled(Specs.single("two"), 2_000);
    shares(2 * QUANTUM, 50);

    q().another().ledger().weigh(one.id(), 4);

    assertThat(shares(10 * QUANTUM, 50))
        .containsExactlyInAnyOrderEntriesOf(Map.of("one", 8 * QUANTUM, "two", 2 * QUANTUM));
    assertThat(q().status(one).weight()).isEqualTo(4);
  }

  @Test
  default void I8_a_run_that_had_no_work_for_a_while_gets_no_more_for_that() throws Exception {
    filled(Specs.single("one"), 2_000);
    RunSpec two = filled(Specs.single("two"), 10);
    shares(4 * QUANTUM, 50);
    q().submit(two, List.of(Specs.item(two, "late")));
    filled(Specs.single("three"), 1_000);

    assertThat(shares(3 * QUANTUM, 50).get("one")).isBetween(QUANTUM, 2 * QUANTUM);
  }

  @Test
  default void a_weight_out_of_bounds_is_refused() throws Exception {
    RunSpec run = q().open(Specs.single("r"));

    for (int weight : new int[] {0, -1, RunLimits.MOST_WEIGHT + 1}) {
      assertThatThrownBy(() -> q().ledger().weigh(run.id(), weight))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(q().status(run).weight()).isEqualTo(1);
  }
}
