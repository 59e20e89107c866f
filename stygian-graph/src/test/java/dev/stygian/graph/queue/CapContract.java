package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.LONG;
import static dev.stygian.graph.queue.QueueFixture.SHORT;
import static dev.stygian.graph.queue.QueueFixture.request;
import static dev.stygian.graph.queue.QueueFixture.soon;
import static dev.stygian.graph.queue.QueueFixture.stillWaits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.RunUnknownException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bounds on how many tasks are leased at once: of a run, of a node, of a service. */
interface CapContract extends Contract {
  /** What has the cap. */
  enum Kind {
    RUN,
    NODE,
    SERVICE
  }

  /** A run of {@code a} with twenty items and a cap of that kind. */
  private RunSpec capped(Kind kind, int most) throws InterruptedException {
    RunSpec run = q().submitted(Specs.single("r"), Specs.names(20));
    cap(kind, run, most);
    return run;
  }

  /** Gives the tasks of {@code a} a cap. */
  private void cap(Kind kind, RunSpec run, int most) {
    q().ledger()
        .cap(
            switch (kind) {
              case RUN -> new Cap.OfRun(run.id());
              case NODE -> new Cap.OfNode(run.id(), "a");
              case SERVICE -> new Cap.OfService("A");
            },
            most);
  }

  @ParameterizedTest
  @EnumSource
  default void I8_no_more_is_leased_than_a_cap_allows(Kind kind) throws Exception {
    RunSpec run = capped(kind, 3);

    List<Lease> leases = q().leaseUpTo(10);

    assertThat(leases).hasSize(3);
    q().nothingToLease();
    q().finish(leases.getFirst());
    assertThat(q().leaseUpTo(10)).hasSize(1);
    q().nothingToLease();
    assertThat(q().counts(run, "a").leased()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  default void I8_every_end_of_a_lease_gives_its_place_back(Kind kind) throws Exception {
    capped(kind, 1);

    q().handBack(q().leaseOne());
    q().fail(q().leaseOne(), "away", Duration.ofMinutes(1));
    q().bury(q().leaseOne(), "broken");
    q().finish(q().leaseOne());

    assertThat(q().leaseUpTo(5)).hasSize(1);
    q().nothingToLease();
  }

  @ParameterizedTest
  @EnumSource
  default void I6_I8_a_lease_that_runs_out_gives_its_place_back(Kind kind) throws Exception {
    capped(kind, 2);
    assertThat(q().queue.lease(request(9, SHORT, Duration.ZERO))).hasSize(2);
    q().nothingToLease();

    q().elapse(SHORT.plusMillis(50));

    assertThat(q().leaseUpTo(9)).hasSize(2);
    q().nothingToLease();
  }

  @ParameterizedTest
  @EnumSource
  default void I8_a_waiting_worker_is_woken_when_a_place_is_free(Kind kind) throws Exception {
    capped(kind, 2);
    List<Lease> leases = q().leaseUpTo(5);
    WorkQueue other = q().another();
    Future<List<Lease>> waiting =
        q().start(() -> other.lease(request(5, LONG, Duration.ofMinutes(1))));
    stillWaits(waiting);

    q().finish(leases.getFirst());

    assertThat(soon(waiting)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  default void I8_a_waiting_worker_is_woken_when_a_cap_is_raised(Kind kind) throws Exception {
    RunSpec run = capped(kind, 2);
    q().leaseUpTo(5);
    WorkQueue other = q().another();
    for (int most : new int[] {5, Cap.NONE}) {
      Future<List<Lease>> waiting =
          q().start(() -> other.lease(request(4, LONG, Duration.ofMinutes(1))));
      stillWaits(waiting);

      cap(kind, run, most);

      assertThat(soon(waiting)).hasSize(most == Cap.NONE ? 4 : 3);
    }
  }

  @Test
  default void
      I8_a_free_place_of_a_service_is_kept_while_all_who_wait_for_it_are_at_their_own_caps()
          throws Exception {
    q().ledger().cap(new Cap.OfService("A"), 1);
    q().submitted(Specs.single("first"), "x");
    Lease place = q().leaseOne("A");
    for (String run : List.of("second", "third")) {
      q().submitted(Specs.single(run).node("e").wide().cap(1), "x", "y");
    }
    List<Lease> others = q().leaseUpTo(10);
    assertThat(others).extracting(lease -> lease.task().id().node()).containsExactly("e", "e");

    q().finish(place);
    q().nothingToLease();

    q().finish(others.getFirst());
    assertThat(q().leaseUpTo(10)).extracting(lease -> lease.task().service()).containsExactly("A");
  }

  @ParameterizedTest
  @EnumSource
  default void I8_below_what_is_leased_a_cap_hands_out_nothing_until_enough_has_ended(Kind kind)
      throws Exception {
    RunSpec run = capped(kind, 5);
    List<Lease> leases = new ArrayList<>(q().leaseUpTo(9));

    cap(kind, run, 2);

    for (int i = 0; i < 3; i++) {
      q().nothingToLease();
      q().finish(leases.removeFirst());
    }
    q().nothingToLease();
    q().finish(leases.removeFirst());
    assertThat(q().leaseUpTo(9)).hasSize(1);
  }

  @Test
  default void I8_a_run_is_opened_with_its_caps() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r").nodeCap(2).cap(4), Specs.names(20));

    List<Lease> first = q().leaseUpTo(9);
    assertThat(first).hasSize(4);
    for (Lease lease : first) {
      q().finish(lease);
    }

    assertThat(q().leaseUpTo(9))
        .extracting(lease -> lease.task().id().node())
        .containsExactly("b", "b", "a", "a");
    assertThat(q().status(run).maxLeased()).isEqualTo(4);
    assertThat(q().counts(run, "b").maxLeased()).isEqualTo(2);
    assertThat(q().another().ledger().find(run.id())).contains(run);
  }

  @Test
  default void I8_a_cap_of_a_service_holds_over_all_runs_and_processes() throws Exception {
    q().submitted(Specs.single("one"), Specs.names(10));
    q().submitted(Specs.single("two"), Specs.names(10));
    q().ledger().cap(new Cap.OfService("A"), 5);
    WorkQueue other = q().another();

    List<Lease> here = q().leaseUpTo(3);
    List<Lease> there = other.lease(request(9, LONG, Duration.ZERO));

    assertThat(here).hasSize(3);
    assertThat(there).hasSize(2);
    assertThat(other.ledger().serviceCaps()).containsExactly(new ServiceCap("A", 5, 5));
    q().finish(there.getFirst());
    assertThat(q().ledger().serviceCaps()).containsExactly(new ServiceCap("A", 5, 4));
    assertThat(q().leaseUpTo(9)).hasSize(1);
    q().ledger().cap(new Cap.OfService("A"), Cap.NONE);
    assertThat(q().ledger().serviceCaps()).isEmpty();
    assertThat(q().leaseUpTo(20)).hasSize(14);
  }

  @Test
  default void I8_what_has_no_cap_goes_on_beside_what_is_at_its_cap() throws Exception {
    RunSpec capped = q().submitted(Specs.chain("capped").nodeCap(1), Specs.names(10));
    for (Lease lease : q().leaseUpTo(4)) {
      q().finish(lease);
    }
    q().submitted(Specs.single("free"), Specs.names(3));

    assertThat(q().leaseUpTo(10))
        .extracting(lease -> lease.task().id().run().value() + lease.task().id().node())
        .filteredOn(id -> !id.equals("cappeda"))
        .containsExactly("cappedb", "freea", "freea", "freea");
    assertThat(q().counts(capped, "b").waiting()).isEqualTo(3);
  }

  @Test
  default void I8_runs_share_the_places_of_a_service_by_weight() throws Exception {
    Map<String, Integer> shares = new HashMap<>();
    for (var weight : Map.of("light", 1, "heavy", 3).entrySet()) {
      RunSpec run = q().open(Specs.single(weight.getKey()).weight(weight.getValue()));
      q().submit(run, IntakeContract.items(run, 1_500));
    }
    q().ledger().cap(new Cap.OfService("A"), 4);
    List<Lease> leased = new ArrayList<>(q().leaseUpTo(9));

    for (int i = 0; i < 4 * 4 * ShareContract.QUANTUM; i++) {
      Lease ended = leased.removeFirst();
      shares.merge(ended.task().id().run().value(), 1, Integer::sum);
      q().finish(ended);
      leased.addAll(q().leaseUpTo(9));
    }

    assertThat(leased).hasSize(4);
    assertThat(shares.get("heavy")).isBetween(1_190, 1_210);
    assertThat(shares.get("light")).isBetween(390, 410);
  }

  @Test
  default void I8_no_run_starves_behind_a_service_at_its_cap() throws Exception {
    Map<String, Integer> shares = new HashMap<>();
    for (String name : List.of("one", "two", "three", "four", "five")) {
      RunSpec run = q().open(Specs.single(name));
      q().submit(run, IntakeContract.items(run, 300));
    }
    q().ledger().cap(new Cap.OfService("A"), 1);

    for (int i = 0; i < 10 * ShareContract.QUANTUM; i++) {
      Lease lease = q().leaseOne();
      shares.merge(lease.task().id().run().value(), 1, Integer::sum);
      q().finish(lease);
    }

    assertThat(shares.values()).hasSize(5).allSatisfy(n -> assertThat(n).isBetween(195, 205));
  }

  @Test
  default void I8_a_run_that_is_cancelled_or_paused_leaves_its_places_to_others() throws Exception {
    RunSpec cancelled = q().submitted(Specs.single("cancelled"), Specs.names(10));
    RunSpec paused = q().submitted(Specs.single("paused"), Specs.names(10));
    RunSpec other = q().submitted(Specs.single("other"), Specs.names(10));
    q().ledger().cap(new Cap.OfService("A"), 1);
    Lease lease = q().leaseOne();
    q().nothingToLease();

    q().ledger().cancel(cancelled.id());
    q().ledger().pause(paused.id());
    q().finish(lease);

    for (int i = 0; i < 10; i++) {
      Lease next = q().leaseOne();
      assertThat(next.task().id().run()).isEqualTo(other.id());
      q().finish(next);
    }
    q().nothingToLease();
    q().ledger().resume(paused.id());
    assertThat(q().leaseOne().task().id().run()).isEqualTo(paused.id());
  }

  @Test
  default void a_lease_names_the_nodes_that_have_to_be_leased_themselves() throws Exception {
    q().submitted(Specs.chain("r"), Specs.names(20));
    assertThat(q().leaseOne().capped()).isEmpty();

    q().ledger().cap(new Cap.OfNode(new RunId("r"), "b"), 4);
    assertThat(q().leaseOne().capped()).containsExactly("b");

    q().ledger().cap(new Cap.OfService("A"), 4);
    assertThat(q().leaseOne().capped()).containsExactlyInAnyOrder("a", "b");
  }

  @ParameterizedTest
  @EnumSource
  default void I8_a_cap_is_never_overshot_however_many_lease_at_once(Kind kind) throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, IntakeContract.items(run, 300));
    q().queue.closeInput(run.id());
    cap(kind, run, 7);
    AtomicInteger leased = new AtomicInteger();
    AtomicInteger peak = new AtomicInteger();
    AtomicInteger left = new AtomicInteger(300);
    List<Future<Object>> workers = new ArrayList<>();
    for (int worker = 0; worker < 6; worker++) {
      WorkQueue queue = q().another();
      workers.add(
          q().start(() -> {
            while (left.get() > 0) {
              List<Lease> some = queue.lease(request(3, LONG, Duration.ofMillis(200)));
              peak.accumulateAndGet(leased.addAndGet(some.size()), Math::max);
              for (Lease lease : some) {
                leased.decrementAndGet();
                left.decrementAndGet();
                q().finish(queue, lease);
              }
            }
            return queue;
          }));
    }
    for (Future<Object> worker : workers) {
      soon(worker);
    }

    assertThat(peak.get()).isBetween(1, 7);
    q().isFinished(run, 300, 0);
    assertThat(q().ledger().serviceCaps()).allSatisfy(cap -> assertThat(cap.leased()).isZero());
  }

  @Test
  default void a_cap_of_nothing_that_there_is_is_refused() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    RunLedger ledger = q().ledger();

    assertThatThrownBy(() -> ledger.cap(new Cap.OfRun(new RunId("none")), 1))
        .isInstanceOf(RunUnknownException.class);
    assertThatThrownBy(() -> ledger.cap(new Cap.OfNode(run.id(), "z"), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ledger.cap(new Cap.OfRun(run.id()), -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ledger.cap(new Cap.OfService("A"), Cap.MOST + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
