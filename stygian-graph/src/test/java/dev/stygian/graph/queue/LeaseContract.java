package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.LONG;
import static dev.stygian.graph.queue.QueueFixture.SHORT;
import static dev.stygian.graph.queue.QueueFixture.SOON;
import static dev.stygian.graph.queue.QueueFixture.request;
import static dev.stygian.graph.queue.QueueFixture.soon;
import static dev.stygian.graph.queue.QueueFixture.stillWaits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which task is handed out, for how long, and to whom it belongs then. */
interface LeaseContract extends Contract {

  @Test
  default void a_lease_tells_task_attempt_and_deadline() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");

    Lease lease = q().leaseOne();

    assertThat(lease.task()).isEqualTo(Specs.task(run, "x", "a", "r"));
    assertThat(lease.attempt()).isEqualTo(1);
    assertThat(lease.stored()).isEmpty();
    assertThat(lease.inputs()).isEmpty();
    assertThat(lease.deadline()).isAfter(q().status(run).started());
  }

  @Test
  default void a_lease_request_gets_at_most_what_it_asks_for_first_in_first_out() throws Exception {
    q().submitted(Specs.single("r"), "v", "w", "x", "y", "z");

    assertThat(q().leaseUpTo(2)).extracting(l -> l.task().id().item()).containsExactly("v", "w");
    assertThat(q().leaseUpTo(9))
        .extracting(l -> l.task().id().item())
        .containsExactly("x", "y", "z");
    q().nothingToLease();
  }

  @Test
  default void later_nodes_are_leased_before_earlier_ones() throws Exception {
    q().submitted(Specs.chain("r"), "x", "y", "z");

    q().finish(q().leaseOne());

    assertThat(q().leaseUpTo(10))
        .extracting(l -> l.task().id().node() + l.task().id().item())
        .containsExactly("bx", "ay", "az");
  }

  @Test
  default void a_lease_brings_the_outputs_of_the_nodes_that_its_node_reads() throws Exception {
    q().submitted(Specs.diamond("r"), "x");
    q().finish(q().leaseOne("A"));
    q().finish(q().leaseOne("C"));
    q().finish(q().leaseOne("B"));

    Lease join = q().leaseOne("D");

    assertThat(join.inputs().keySet()).containsExactly("b", "c");
    assertThat(join.inputs().values())
        .extracting(Specs::textOf)
        .containsExactly("x after b", "x after c");
  }

  @Test
  default void I13_T14_a_worker_gets_only_tasks_whose_service_it_offers() throws Exception {
    q().submitted(Specs.chain("r"), "x", "y");
    q().finish(q().leaseOne("A"));

    assertThat(q().queue.lease(new LeaseRequest(Set.of("C", "Z"), 9, LONG, Duration.ZERO)))
        .isEmpty();
    assertThat(q().queue.lease(new LeaseRequest(Set.of("A", "Z"), 9, LONG, Duration.ZERO)))
        .extracting(l -> l.task().id().toString())
        .containsExactly("r/y/a");
    assertThat(q().queue.lease(new LeaseRequest(Set.of("A", "B"), 9, LONG, Duration.ZERO)))
        .extracting(l -> l.task().id().toString())
        .containsExactly("r/x/b");
  }

  @Test
  default void I13_T14_a_service_that_no_live_worker_offers_is_named() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x", "y");
    assertThat(q().status(run).missingServices()).containsExactly("A");

    q().queue.renew(new Heartbeat("host:1:1", Set.of("A"), 4, Set.of(), LONG));
    assertThat(q().status(run).missingServices()).isEmpty();

    q().finish(q().leaseOne());
    assertThat(q().status(run).missingServices()).containsExactly("B");
    assertThat(q().another().ledger().status(run.id()).missingServices()).containsExactly("B");
  }

  @Test
  @WaitsLong
  default void a_worker_is_known_for_15_seconds_after_its_last_sign_of_life() throws Exception {
    q().queue.renew(new Heartbeat("host:1:1", Set.of("A", "B"), 4, Set.of(), LONG));

    List<WorkerInfo> workers = q().another().ledger().workers();
    assertThat(workers).extracting(WorkerInfo::worker).containsExactly("host:1:1");
    assertThat(workers).extracting(WorkerInfo::slots).containsExactly(4);
    assertThat(workers.getFirst().services()).containsExactlyInAnyOrder("A", "B");
    assertThat(workers.getFirst().lastSeen()).isLessThan(Duration.ofSeconds(15));

    q().elapse(Duration.ofSeconds(16));
    assertThat(q().ledger().workers()).isEmpty();
  }

  @Test
  default void I8_T15_a_large_run_delays_a_small_one_by_one_round_at_most() throws Exception {
    RunSpec large = q().open(Specs.single("large"));
    q().submit(large, IntakeContract.items(large, 2_000));
    q().leaseUpTo(1);
    RunSpec small = q().open(Specs.single("small"));
    q().submit(small, IntakeContract.items(small, 10));

    int ofLarge = 0;
    int ofSmall = 0;
    while (ofSmall < 10) {
      for (Lease lease : q().leaseUpTo(10)) {
        if (lease.task().id().run().equals(small.id())) {
          ofSmall++;
        } else {
          ofLarge++;
        }
      }
    }

    assertThat(ofLarge).isLessThanOrEqualTo(200);
  }

  @Test
  default void I8_runs_that_are_equally_large_get_equal_shares() throws Exception {
    for (String name : List.of("one", "two", "three")) {
      RunSpec run = q().open(Specs.single(name));
      q().submit(run, IntakeContract.items(run, 1_000));
    }
    List<String> leased = new ArrayList<>();
    while (leased.size() < 900) {
      q().leaseUpTo(30).forEach(lease -> leased.add(lease.task().id().run().value()));
    }

    for (String name : List.of("one", "two", "three")) {
      assertThat(leased.stream().filter(name::equals).count()).as(name).isBetween(200L, 400L);
    }
  }

  @Test
  default void a_waiting_worker_is_woken_by_a_new_task() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    Future<List<Lease>> waiting =
        q().start(() -> q().another().lease(request(5, LONG, Duration.ofMinutes(1))));
    stillWaits(waiting);

    q().submit(run, "x");

    assertThat(soon(waiting)).hasSize(1);
  }

  @Test
  default void of_two_waiting_workers_the_one_that_offers_the_service_is_woken() throws Exception {
    RunSpec run = q().open(Specs.chain("r"));
    Duration patience = Duration.ofMinutes(1);
    WorkQueue first = q().another();
    WorkQueue second = q().another();
    Future<List<Lease>> later =
        q().start(() -> first.lease(new LeaseRequest(Set.of("B"), 5, LONG, patience)));
    stillWaits(later);
    Future<List<Lease>> earlier =
        q().start(() -> second.lease(new LeaseRequest(Set.of("A"), 5, LONG, patience)));
    stillWaits(earlier);

    q().submit(run, "x");

    Lease a = soon(earlier).getFirst();
    assertThat(later.isDone()).isFalse();
    q().finish(a);
    assertThat(soon(later)).hasSize(1);
  }

  @Test
  default void a_worker_without_patience_gets_an_empty_answer() throws Exception {
    q().open(Specs.single("r"));

    assertThat(q().queue.lease(request(5, LONG, Duration.ZERO))).isEmpty();
    assertThat(q().queue.lease(request(5, LONG, Duration.ofMillis(30)))).isEmpty();
  }

  @Test
  default void a_waiting_worker_can_be_interrupted() throws Exception {
    Thread worker =
        Thread.ofVirtual()
            .start(() -> {
              try {
                q().queue.lease(request(1, LONG, Duration.ofHours(1)));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });

    worker.interrupt();

    assertThat(worker.join(SOON)).isTrue();
  }

  @Test
  default void I2_no_token_is_handed_out_twice() throws Exception {
    RunSpec run = q().open(Specs.single("r").maxAttempts(100));
    q().submit(run, "v", "w", "x", "y", "z");
    Set<LeaseToken> tokens = new HashSet<>();
    WorkQueue other = q().another();

    for (int i = 0; i < 20; i++) {
      WorkQueue queue = i % 2 == 0 ? q().queue : other;
      for (Lease lease : queue.lease(request(1 + i % 5, LONG, Duration.ZERO))) {
        assertThat(tokens.add(lease.token())).as("%s is new", lease.token()).isTrue();
        q().handBack(lease);
      }
    }
    assertThat(tokens).hasSize(60);
  }

  @Test
  default void I2_a_late_ack_changes_nothing_and_says_so() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x");
    Lease late = q().leaseOne(SHORT);
    q().elapse(SHORT);
    Lease current = q().leaseOne();
    RunStatus before = q().status(run);

    assertThat(q().finish(late, "too late")).isEqualTo(new Settled.LeaseLost(late.token()));

    assertThat(q().status(run)).isEqualTo(before);
    assertThat(q().finish(current, "in time")).isInstanceOf(Settled.Booked.class);
    assertThat(QueueFixture.input(q().leaseOne(), "a")).isEqualTo("in time");
  }

  @Test
  default void I2_a_late_nack_changes_nothing_and_says_so() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    Lease late = q().leaseOne(SHORT);
    q().elapse(SHORT);
    Lease current = q().leaseOne();
    RunStatus before = q().status(run);
    Settled lost = new Settled.LeaseLost(late.token());

    assertThat(q().fail(late, "too late", Duration.ZERO)).isEqualTo(lost);
    assertThat(q().bury(late, "too late")).isEqualTo(lost);
    assertThat(q().handBack(late)).isEqualTo(lost);

    assertThat(q().status(run)).isEqualTo(before);
    assertThat(q().deadLetters(run)).isEmpty();
    assertThat(q().finish(current)).isInstanceOf(Settled.Booked.class);
  }

  @Test
  default void I2_the_end_of_a_lease_is_booked_once() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    Lease lease = q().leaseOne();

    assertThat(q().finish(lease)).isInstanceOf(Settled.Booked.class);
    assertThat(q().finish(lease)).isInstanceOf(Settled.LeaseLost.class);
    assertThat(q().fail(lease, "no", Duration.ZERO)).isInstanceOf(Settled.LeaseLost.class);

    assertThat(q().counts(run, "a").done()).isEqualTo(1);
    assertThat(q().results(run)).hasSize(1);
  }

  @Test
  default void I2_an_index_that_was_not_handed_out_is_not_current() throws Exception {
    q().submitted(Specs.single("r"), "x");
    Lease lease = q().leaseOne();
    for (int index : new int[] {1, 99}) {
      LeaseToken token = new LeaseToken(lease.token().lease(), index);
      Lease forged =
          new Lease(
              token,
              lease.task(),
              lease.attempt(),
              lease.deadline(),
              lease.visibility(),
              lease.inputs(),
              lease.stored());
      assertThat(q().finish(forged)).isEqualTo(new Settled.LeaseLost(token));
    }
  }

  @Test
  default void I2_tasks_of_one_hand_out_end_one_by_one_in_any_order() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y", "z");
    List<Lease> leases = q().leaseUpTo(3);

    q().finish(leases.get(2));
    q().fail(leases.get(0), "again", Duration.ZERO);
    q().finish(leases.get(1));

    assertThat(q().leaseOne().task()).isEqualTo(leases.get(0).task());
    assertThat(q().counts(run, "a").done()).isEqualTo(2);
  }

  @Test
  default void I6_a_lease_that_ran_out_is_leased_again_with_the_next_attempt() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y", "z");
    List<Lease> leases = q().queue.lease(request(2, SHORT, SOON));
    q().finish(leases.get(0));

    q().elapse(SHORT);

    Lease again = q().leaseOne();
    assertThat(again.task()).as("front of its lane").isEqualTo(leases.get(1).task());
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(q().leaseOne().attempt()).isEqualTo(1);
    assertThat(q().counts(run, "a").leased()).isEqualTo(2);
    assertThat(q().counts(run, "a").done()).isEqualTo(1);
  }

  @Test
  default void I6_a_waiting_worker_gets_what_ran_out_elsewhere() throws Exception {
    q().submitted(Specs.single("r"), "x");
    q().leaseOne(SHORT);
    Future<List<Lease>> waiting =
        q().start(() -> q().another().lease(request(1, LONG, Duration.ofMinutes(1))));
    stillWaits(waiting);

    q().elapse(SHORT);

    assertThat(soon(waiting)).extracting(Lease::attempt).containsExactly(2);
  }

  @Test
  @WaitsLong
  default void I6_T8_a_task_that_takes_longer_than_its_lease_runs_once() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    Duration visibility = SHORT.multipliedBy(2);
    List<Lease> leases = q().queue.lease(request(2, visibility, SOON));
    Set<Long> numbers = Set.of(leases.getFirst().token().lease());

    for (int i = 0; i < 6; i++) {
      q().elapse(SHORT);
      Heartbeat heartbeat = new Heartbeat("w", Set.of("A"), 2, numbers, visibility);
      assertThat(q().queue.renew(heartbeat)).isEqualTo(new Heartbeat.Renewal(Set.of(), Set.of()));
      q().nothingToLease();
    }

    for (Lease lease : leases) {
      assertThat(q().finish(lease)).isInstanceOf(Settled.Booked.class);
    }
    q().isFinished(run, 2, 0);
  }

  @Test
  default void I6_one_heartbeat_renews_all_leases_and_tells_those_that_are_lost() throws Exception {
    q().submitted(Specs.single("r"), "x", "y", "z");
    Duration visibility = SHORT.multipliedBy(2);
    long lost = q().leaseOne(SHORT).token().lease();
    Lease kept = q().leaseOne(visibility);
    Lease alsoKept = q().leaseOne(visibility);
    q().elapse(SHORT);
    Lease takenBack = q().leaseOne(LONG);
    assertThat(takenBack.attempt()).isEqualTo(2);
    long finished = takenBack.token().lease();
    q().finish(takenBack);

    Set<Long> all =
        Set.of(lost, kept.token().lease(), alsoKept.token().lease(), finished, 987_654L);
    Heartbeat.Renewal renewal = q().queue.renew(new Heartbeat("w", Set.of("A"), 4, all, LONG));

    assertThat(renewal.lost()).containsExactlyInAnyOrder(lost, finished, 987_654L);
    assertThat(renewal.cancelled()).isEmpty();
    q().elapse(visibility);
    q().nothingToLease();
    assertThat(q().finish(kept)).isInstanceOf(Settled.Booked.class);
    assertThat(q().finish(alsoKept)).isInstanceOf(Settled.Booked.class);
  }

  @Test
  default void I11_what_is_handed_back_loses_no_attempt_and_is_first_again() throws Exception {
    RunSpec run = q().submitted(Specs.single("r").maxAttempts(2), "x", "y");
    q().fail(q().leaseOne(), "once", Duration.ZERO);
    Lease lease = q().leaseOne();
    while (!lease.task().id().item().equals("x")) {
      q().finish(lease);
      lease = q().leaseOne();
    }
    assertThat(lease.attempt()).isEqualTo(2);

    for (int i = 0; i < 5; i++) {
      assertThat(q().handBack(lease)).isInstanceOf(Settled.Booked.class);
      lease = q().leaseOne();
      assertThat(lease.task().id().item()).isEqualTo("x");
      assertThat(lease.attempt()).isEqualTo(2);
    }
    q().bury(lease, "enough");

    assertThat(q().deadLetters(run).getFirst().errors())
        .extracting(DeadLetter.AttemptError::message)
        .containsExactly("once", "enough");
  }

  @Test
  default void I6_a_lease_lives_as_long_as_its_run_says() throws Exception {
    RunSpec brief = q().submitted(Specs.single("brief").visibility(SHORT), "x");
    RunSpec patient = q().submitted(Specs.single("long"), "y");
    LeaseRequest asRun = request(5, LeaseRequest.AS_RUN, Duration.ZERO);
    List<Lease> leases = q().queue.lease(asRun);

    assertThat(leases)
        .extracting(lease -> lease.task().id().run(), Lease::visibility)
        .containsExactlyInAnyOrder(tuple(brief.id(), SHORT), tuple(patient.id(), LONG));
    q().elapse(SHORT);
    assertThat(q().queue.lease(asRun))
        .extracting(lease -> lease.task().id().item())
        .containsExactly("x");
  }

  @Test
  default void I6_a_heartbeat_renews_each_lease_as_its_run_says() throws Exception {
    q().submitted(Specs.single("brief").visibility(SHORT.multipliedBy(2)), "x");
    Lease lease = q().queue.lease(request(1, LeaseRequest.AS_RUN, SOON)).getFirst();
    q().elapse(SHORT);

    Set<Long> held = Set.of(lease.token().lease());
    q().queue.renew(new Heartbeat("w", Set.of("A"), 1, held, LeaseRequest.AS_RUN));
    q().elapse(SHORT.plusMillis(SHORT.toMillis() / 2));
    q().nothingToLease();
    q().elapse(SHORT);

    assertThat(q().leaseOne().attempt()).isEqualTo(2);
  }

  @Test
  default void I11_an_interrupted_request_loses_nothing_that_was_handed_out() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, IntStream.range(0, 400).mapToObj(i -> "x" + i).toArray(String[]::new));
    int handedOut = 0;
    for (int round = 0; round < 100; round++) {
      CountDownLatch asking = new CountDownLatch(1);
      AtomicReference<List<Lease>> leases = new AtomicReference<>(List.of());
      Thread worker =
          Thread.ofVirtual()
              .start(() -> {
                asking.countDown();
                try {
                  leases.set(q().queue.lease(request(4, LONG, SOON)));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      asking.await();
      worker.interrupt();
      worker.join();
      handedOut += leases.get().size();
    }

    assertThat(q().counts(run, "a").leased()).isEqualTo(handedOut);
    assertThat(q().counts(run, "a").waiting()).isEqualTo(400 - handedOut);
  }
}
