package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.SHORT;
import static dev.stygian.graph.queue.QueueFixture.request;
import static dev.stygian.graph.queue.QueueFixture.result;
import static dev.stygian.graph.queue.QueueFixture.soon;
import static dev.stygian.graph.queue.QueueFixture.stillWaits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.DeadLetter.AttemptError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The end of a lease that did not work: again, back, or dead with its history. */
interface FailureContract extends Contract {

  @Test
  @WaitsLong
  default void T5_fails_twice_then_works_one_result_and_the_back_off_is_kept() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    for (int attempt = 1; attempt <= 2; attempt++) {
      Lease lease = q().leaseOne();
      assertThat(lease.attempt()).isEqualTo(attempt);
      Duration backOff = SHORT.multipliedBy(attempt);
      assertThat(q().fail(lease, "no " + attempt, backOff)).isInstanceOf(Settled.Booked.class);
      q().nothingToLease();
      assertThat(q().counts(run, "a").delayed()).isEqualTo(1);
      assertThat(q().counts(run, "a").retries()).isEqualTo(attempt);
      q().elapse(backOff);
    }

    q().finish(q().leaseOne());

    assertThat(q().results(run)).extracting(Result::attempts).containsExactly(3);
    q().isFinished(run, 1, 0);
  }

  @Test
  default void a_waiting_worker_gets_a_delayed_task_when_it_is_due() throws Exception {
    q().submitted(Specs.single("r"), "x");
    q().fail(q().leaseOne(), "later", SHORT);
    Future<List<Lease>> waiting =
        q().start(() -> q().another().lease(request(1, QueueFixture.LONG, Duration.ofMinutes(1))));
    if (waiting.state() == Future.State.RUNNING) {
      q().elapse(SHORT);
    }

    assertThat(soon(waiting)).extracting(Lease::attempt).containsExactly(2);
  }

  @Test
  default void a_delayed_task_keeps_no_other_waiting() throws Exception {
    q().submitted(Specs.single("r"), "x", "y");
    q().fail(q().leaseOne(), "later", Duration.ofHours(1));

    assertThat(q().leaseUpTo(10)).extracting(l -> l.task().id().item()).containsExactly("y");
  }

  /** More than come back in one call, one of them too long to lie with others. */
  @Test
  default void many_delayed_tasks_come_back_each_once_and_the_longest_due_first() throws Exception {
    List<String> items = new ArrayList<>();
    IntStream.range(0, 150).forEach(i -> items.add("x" + i));
    items.add(70, "long-".repeat(400));
    RunSpec run = q().submitted(Specs.single("r"), items.toArray(String[]::new));
    List<Lease> leased = new ArrayList<>();
    while (leased.size() < items.size()) {
      leased.addAll(q().leaseUpTo(items.size()));
    }
    for (Lease lease : leased) {
      q().fail(lease, "later", SHORT);
    }
    assertThat(q().counts(run, "a").delayed()).isEqualTo(items.size());
    q().elapse(SHORT.multipliedBy(2));

    List<Lease> again = new ArrayList<>();
    while (again.size() < items.size()) {
      List<Lease> some = q().leaseUpTo(items.size());
      assertThat(some).as("left after " + again.size()).isNotEmpty();
      again.addAll(some);
    }
    q().nothingToLease();
    assertThat(again).extracting(Lease::attempt).containsOnly(2);
    assertThat(again)
        .extracting(lease -> lease.task().id().item())
        .containsExactlyInAnyOrderElementsOf(items);
    assertThat(again.getFirst().task().id()).isEqualTo(leased.getFirst().task().id());
    assertThat(q().counts(run, "a").delayed()).isZero();
    again.forEach(lease -> assertThat(lease.task().input()).isEqualTo(inputOf(leased, lease)));
    for (Lease lease : again) {
      q().finish(lease);
    }
    q().isFinished(run, items.size(), 0);
  }

  private static Payload inputOf(List<Lease> leased, Lease lease) {
    return leased.stream()
        .map(Lease::task)
        .filter(task -> task.id().equals(lease.task().id()))
        .findFirst()
        .orElseThrow()
        .input();
  }

  @Test
  default void I10_T6_attempts_used_up_make_one_dead_letter_with_payload_and_every_error()
      throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    for (int attempt = 1; attempt <= 2; attempt++) {
      assertThat(q().fail(q().leaseOne(), "error " + attempt, Duration.ZERO))
          .isInstanceOf(Settled.Booked.class);
    }
    assertThat(q().fail(q().leaseOne(), "error 3", Duration.ZERO))
        .isInstanceOf(Settled.Buried.class);

    q().isFinished(run, 0, 1);
    DeadLetter letter = onlyLetter(run);
    assertThat(letter.task()).isEqualTo(Specs.task(run, "x", "a", "r"));
    assertThat(letter.attempts()).isEqualTo(3);
    assertThat(letter.errors())
        .extracting(AttemptError::message)
        .containsExactly("error 1", "error 2", "error 3");
    assertThat(letter.errors()).extracting(AttemptError::attempt).containsExactly(1, 2, 3);
    assertThat(letter.died()).isAfterOrEqualTo(letter.errors().getLast().at());
    assertThat(q().counts(run, "a").dead()).isEqualTo(1);
    assertThat(q().results(run)).isEmpty();
  }

  @Test
  default void I10_lost_leases_use_up_attempts_too() throws Exception {
    RunSpec run = q().submitted(Specs.single("r").maxAttempts(3), "x");
    q().leaseOne(SHORT);
    q().elapse(SHORT);
    q().fail(q().leaseOne(), "an error", Duration.ZERO);
    Lease last = q().leaseOne(SHORT);
    assertThat(last.attempt()).isEqualTo(3);
    q().elapse(SHORT);
    q().nothingToLease();

    q().isFinished(run, 0, 1);
    assertThat(onlyLetter(run).attempts()).isEqualTo(3);
    assertThat(onlyLetter(run).errors())
        .extracting(AttemptError::message)
        .containsExactly(
            "the lease ran out: the worker died or was cut off",
            "an error",
            "the lease ran out: the worker died or was cut off");
    assertThat(q().finish(last)).isInstanceOf(Settled.LeaseLost.class);
  }

  @Test
  default void a_buried_task_is_dead_at_once() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");

    assertThat(q().bury(q().leaseOne(), "never")).isInstanceOf(Settled.Buried.class);

    assertThat(onlyLetter(run).attempts()).isEqualTo(1);
    assertThat(onlyLetter(run).errors()).extracting(AttemptError::message).containsExactly("never");
    q().isFinished(run, 0, 1);
  }

  @Test
  default void I10_T18_a_payload_that_nobody_can_decode_is_carried_and_can_be_buried()
      throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    Payload rotten = Payload.ofBytes(new byte[] {0, -1, 127, 13, 10});
    Task good = Specs.task(run, "x", "a", "r");
    Task task = new Task(good.id(), good.service(), good.key(), rotten);
    q().submit(run, List.of(new Submission("x", rotten, List.of(task), List.of())));

    Lease lease = q().leaseOne();
    assertThat(lease.task()).isEqualTo(task);
    q().bury(lease, "cannot be decoded");

    assertThat(onlyLetter(run).task()).isEqualTo(task);
  }

  @Test
  default void T6_a_replayed_dead_letter_gives_the_result() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    q().fail(q().leaseOne(), "once", Duration.ZERO);
    Lease lease = q().leaseOne();
    String dead = lease.task().id().item();
    q().bury(lease, "never");
    q().finishAll();
    q().isFinished(run, 1, 1);

    assertThat(q().ledger().replay(run.id(), List.of(dead, "unknown"))).isEqualTo(1);

    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.RUNNING);
    assertThat(q().status(run).finished()).isEmpty();
    assertThat(q().status(run).dead()).isZero();
    assertThat(q().status(run).inFlight()).isEqualTo(1);
    assertThat(q().deadLetters(run)).isEmpty();
    assertThat(q().ledger().replay(run.id(), List.of(dead))).isZero();
    Lease again = q().leaseOne();
    assertThat(again.attempt()).isEqualTo(1);
    q().bury(again, "still not");
    assertThat(onlyLetter(run).errors())
        .extracting(AttemptError::message)
        .containsExactly("still not");

    q().ledger().replay(run.id(), List.of(dead));
    q().finishAll();
    q().isFinished(run, 2, 0);
    assertThat(q().results(run)).extracting(Result::item).containsExactlyInAnyOrder("x", "y");
  }

  @Test
  default void a_waiting_worker_is_woken_by_a_replay() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    q().bury(q().leaseOne(), "never");
    Future<List<Lease>> waiting =
        q().start(() -> q().another().lease(request(1, QueueFixture.LONG, Duration.ofMinutes(1))));
    stillWaits(waiting);

    q().ledger().replay(run.id(), List.of("x"));

    assertThat(soon(waiting)).hasSize(1);
  }

  @Test
  default void a_dropped_dead_letter_is_forgotten_and_stays_counted() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x");
    q().bury(q().leaseOne(), "never");

    assertThat(q().ledger().drop(run.id(), List.of("x", "unknown"))).isEqualTo(1);

    assertThat(q().deadLetters(run)).isEmpty();
    assertThat(q().ledger().replay(run.id(), List.of("x"))).isZero();
    assertThat(q().ledger().drop(run.id(), List.of("x"))).isZero();
    q().isFinished(run, 0, 1);
  }

  @Test
  default void a_dropped_letters_item_is_not_ended_again_by_its_other_tasks() throws Exception {
    RunSpec run = q().submitted(Specs.fork("r").node("d", "a"), "x");
    q().finish(q().leaseOne("A"));
    Lease c = q().leaseOne("C");
    q().bury(q().leaseOne("B"), "never");

    assertThat(q().ledger().drop(run.id(), List.of("x"))).isEqualTo(1);
    assertThat(q().finish(c)).isInstanceOf(Settled.Booked.class);

    q().nothingToLease();
    q().isFinished(run, 0, 1);
    assertThat(q().results(run)).isEmpty();
    assertThat(q().ledger().replay(run.id(), List.of("x"))).isZero();
    assertThat(q().ledger().drop(run.id(), List.of("x"))).isZero();
  }

  @Test
  default void dead_letters_are_read_in_pages_by_item() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "c", "a", "e", "b", "d");
    for (Lease lease : q().leaseUpTo(5)) {
      q().bury(lease, "never");
    }

    assertThat(page(run, "", 2)).containsExactly("a", "b");
    assertThat(page(run, "b", 2)).containsExactly("c", "d");
    assertThat(page(run, "d", 2)).containsExactly("e");
    assertThat(page(run, "e", 2)).isEmpty();
  }

  private List<String> page(RunSpec run, String after, int max) {
    return q().ledger().deadLetters(run.id(), after, max).stream()
        .map(letter -> letter.task().id().item())
        .toList();
  }

  @Test
  default void a_failing_follower_is_tried_again_from_the_checkpoint() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x");
    Lease a = q().leaseOne();
    Task b = Specs.task(run, "x", "b", "r");

    Settled settled =
        q().queue
            .nack(
                new Nack(
                    a,
                    List.of(result(run, a.task(), "fetched", 1)),
                    b,
                    1,
                    new Nack.Verdict.Retry("b failed", Duration.ZERO)));

    assertThat(settled).isInstanceOf(Settled.Booked.class);
    assertThat(q().counts(run, "a").done()).isEqualTo(1);
    assertThat(q().counts(run, "a").leased()).isZero();
    assertThat(q().counts(run, "b").retries()).isEqualTo(1);
    Lease again = q().leaseOne();
    assertThat(again.task()).isEqualTo(b);
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(QueueFixture.input(again, "a")).isEqualTo("fetched");
    q().finish(again);
    q().isFinished(run, 1, 0);
  }

  @Test
  default void a_dead_follower_is_replayed_from_the_checkpoint() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r").maxAttempts(1), "x");
    Lease a = q().leaseOne();
    Task b = Specs.task(run, "x", "b", "r");
    Nack.Verdict again = new Nack.Verdict.Retry("b failed", Duration.ZERO);

    assertThat(
            q().queue.nack(new Nack(a, List.of(result(run, a.task(), "fetched", 1)), b, 1, again)))
        .isInstanceOf(Settled.Buried.class);

    assertThat(onlyLetter(run).task()).isEqualTo(b);
    assertThat(q().counts(run, "b").dead()).isEqualTo(1);
    assertThat(q().ledger().replay(run.id(), List.of("x"))).isEqualTo(1);
    Lease replayed = q().leaseOne();
    assertThat(replayed.task()).isEqualTo(b);
    assertThat(replayed.attempt()).isEqualTo(1);
    assertThat(QueueFixture.input(replayed, "a")).isEqualTo("fetched");
  }

  @Test
  default void a_follower_that_is_handed_back_waits_with_the_checkpoint() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x");
    Lease a = q().leaseOne();
    Task b = Specs.task(run, "x", "b", "r");
    List<NodeResult> booked = List.of(result(run, a.task(), "fetched", 1));

    q().queue.nack(new Nack(a, booked, b, 1, new Nack.Verdict.HandBack()));

    assertThat(q().counts(run, "a").done()).isEqualTo(1);
    Lease handedBack = q().leaseOne();
    assertThat(handedBack.task()).isEqualTo(b);
    assertThat(handedBack.attempt()).isEqualTo(1);
    assertThat(handedBack.inputs()).containsOnlyKeys("a");
  }

  @Test
  default void a_nack_books_nothing_when_its_lease_is_lost() throws Exception {
    RunSpec run = q().submitted(Specs.chain("r"), "x");
    Lease late = q().leaseOne(SHORT);
    q().elapse(SHORT);
    q().leaseOne();
    Task b = Specs.task(run, "x", "b", "r");
    Nack.Verdict again = new Nack.Verdict.Retry("b failed", Duration.ZERO);
    List<NodeResult> booked = List.of(result(run, late.task(), "late", 1));

    assertThat(q().queue.nack(new Nack(late, booked, b, 1, again)))
        .isInstanceOf(Settled.LeaseLost.class);

    assertThat(q().counts(run, "a").done()).isZero();
    assertThat(q().counts(run, "b").waiting()).isZero();
  }

  @Test
  default void the_other_tasks_of_a_dead_item_stop_and_a_replay_brings_all_back() throws Exception {
    RunSpec run = q().submitted(Specs.fork("r").node("d", "a"), "x");
    q().finish(q().leaseOne("A"));
    Lease b = q().leaseOne("B");
    Lease c = q().leaseOne("C");

    assertThat(q().bury(b, "b is dead")).isInstanceOf(Settled.Buried.class);
    q().nothingToLease();
    q().bury(c, "c is dead too");

    q().isFinished(run, 0, 1);
    assertThat(onlyLetter(run).task().id().node()).isEqualTo("b");
    assertThat(onlyLetter(run).errors().getFirst().message()).isEqualTo("b is dead");
    assertThat(q().ledger().replay(run.id(), List.of("x"))).isEqualTo(1);

    List<Lease> back = q().finishAll();
    assertThat(back).extracting(l -> l.task().id().node()).containsExactlyInAnyOrder("b", "c", "d");
    assertThat(back).extracting(Lease::attempt).containsOnly(1);
    assertThat(q().results(run)).extracting(Result::node).containsExactlyInAnyOrder("b", "c", "d");
    q().isFinished(run, 1, 0);
  }

  @Test
  default void what_a_dead_items_other_task_works_out_is_kept_for_the_replay() throws Exception {
    RunSpec run = q().submitted(Specs.diamond("r"), "x");
    q().finish(q().leaseOne("A"));
    Lease b = q().leaseOne("B");
    Lease c = q().leaseOne("C");
    q().bury(b, "dead");

    assertThat(q().finish(c, "worked out")).isInstanceOf(Settled.Booked.class);
    q().nothingToLease();
    q().isFinished(run, 0, 1);
    assertThat(q().results(run)).isEmpty();

    q().ledger().replay(run.id(), List.of("x"));
    Lease again = q().leaseOne();
    assertThat(again.task().id().node()).isEqualTo("b");
    q().finish(again);
    Lease d = q().leaseOne();
    assertThat(QueueFixture.input(d, "c")).isEqualTo("worked out");
    q().finish(d);
    q().isFinished(run, 1, 0);
  }

  @Test
  default void successors_of_a_dead_items_other_task_wait_for_the_replay() throws Exception {
    Specs.RunBuilder spec = Specs.fork("r").node("d", "c");
    RunSpec run = q().submitted(spec, "x");
    q().finish(q().leaseOne("A"));
    Lease b = q().leaseOne("B");
    Lease c = q().leaseOne("C");
    q().bury(b, "dead");
    q().finish(c);

    q().nothingToLease();
    q().isFinished(run, 0, 1);

    q().ledger().replay(run.id(), List.of("x"));
    assertThat(q().finishAll())
        .extracting(l -> l.task().id().node())
        .containsExactlyInAnyOrder("b", "d");
    q().isFinished(run, 1, 0);
  }

  @Test
  default void a_dead_items_other_lease_that_runs_out_makes_no_second_letter() throws Exception {
    RunSpec run = q().submitted(Specs.fork("r").maxAttempts(1), "x");
    q().finish(q().leaseOne("A"));
    q().queue.lease(new LeaseRequest(Set.of("C"), 1, SHORT, Duration.ZERO));
    q().bury(q().leaseOne("B"), "dead");
    q().elapse(SHORT);
    q().nothingToLease();

    q().isFinished(run, 0, 1);
    assertThat(onlyLetter(run).task().id().node()).isEqualTo("b");
    q().ledger().replay(run.id(), List.of("x"));
    assertThat(q().finishAll()).hasSize(2);
    q().isFinished(run, 1, 0);
  }

  private DeadLetter onlyLetter(RunSpec run) {
    List<DeadLetter> letters = q().deadLetters(run);
    assertThat(letters).hasSize(1);
    return letters.getFirst();
  }

  @Test
  default void what_is_due_goes_before_what_waits() throws Exception {
    q().submitted(Specs.single("r"), "x", "y", "z");
    List<Lease> leases = q().leaseUpTo(2);
    q().fail(leases.get(0), "later", SHORT.dividedBy(2));
    q().fail(leases.get(1), "sooner", SHORT.dividedBy(4));
    q().elapse(SHORT);

    assertThat(q().leaseUpTo(9))
        .extracting(lease -> lease.task().id().item())
        .containsExactly("y", "x", "z");
  }

  @Test
  default void a_replayed_letter_waits_behind_what_is_there() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    q().bury(q().leaseOne(), "no");

    assertThat(q().ledger().replay(run.id(), List.of("x"))).isEqualTo(1);

    assertThat(q().leaseUpTo(9))
        .extracting(lease -> lease.task().id().item())
        .containsExactly("y", "x");
  }
}
