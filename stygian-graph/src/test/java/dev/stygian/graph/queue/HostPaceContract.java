package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What hosts answer changes how often they are visited. */
interface HostPaceContract extends Contract {
  /** Failed visits after which a host is broken. */
  int BREAKS_AT = 5;

  @Test
  default void a_host_that_asks_to_wait_is_left_alone() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y");
    Lease first = q().leaseUpTo(1).getFirst();

    visit(run, new Visit.Answer.TooMany(Duration.ofHours(1)));
    q().finish(first);

    q().nothingToLease();
  }

  @Test
  default void a_host_that_asked_to_wait_is_left_alone_also_where_it_fails_then() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x");
    visit(run, new Visit.Answer.TooMany(Duration.ofHours(1)));

    breakHost(run);

    Explanation explanation = q().ledger().why(run.id());
    assertThat(explanation.holds())
        .filteredOn(Hold.AtHost.class::isInstance)
        .extracting(hold -> ((Hold.HostState.Broken) ((Hold.AtHost) hold).state()).next())
        .singleElement()
        .satisfies(next ->
            assertThat(next.orElseThrow()).isAfter(explanation.at().plus(Duration.ofMinutes(50))));
  }

  @Test
  default void whoever_asks_for_fewer_requests_gets_an_interval() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y", "z");

    visit(run, new Visit.Answer.TooMany(Duration.ZERO));
    q().elapse(Duration.ofMillis(550));
    Lease first = q().leaseOne();
    assertThat(first.startBefore()).isPresent();
    q().finish(first);
    q().nothingToLease();
    q().elapse(Duration.ofMillis(550));
    Lease second = q().leaseOne();
    assertThat(Duration.between(first.deadline(), second.deadline()))
        .isGreaterThanOrEqualTo(Duration.ofMillis(500));
  }

  @Test
  default void each_refusal_doubles_the_interval_for_all_runs_up_to_a_minute() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    RunSpec other = q().open(Specs.single("other"));
    q().submit(other, HostLane.unlimited("a.example"), "x");
    for (int refusals = 1; refusals <= 9; refusals++) {
      visit(run, new Visit.Answer.TooMany(Duration.ZERO));

      if (refusals > 4) { // an interval that does not end before it is looked at
        assertThat(intervalAtHost(other).interval())
            .isEqualTo(Duration.ofMillis(Math.min(500L << (refusals - 1), 60_000)));
        assertThat(intervalAtHost(other).isWidened()).isTrue();
      }
    }
  }

  @Test
  default void each_good_answer_adds_a_twentieth_of_a_request_a_second() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x");
    for (int refusals = 0; refusals < 8; refusals++) {
      visit(run, new Visit.Answer.TooMany(Duration.ZERO));
    }

    for (int answers = 1; answers <= 3; answers++) {
      visit(run, new Visit.Answer.Fine());

      double requestsASecond = 1 / 60.0 + 0.05 * answers;
      assertThat(intervalAtHost(run).interval())
          .isCloseTo(Duration.ofMillis((long) (1_000 / requestsASecond)), Duration.ofMillis(20));
    }
  }

  @Test
  default void a_host_that_stays_away_is_tried_after_twice_the_time_each_time() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x");
    for (int failures = 1; failures <= BREAKS_AT + 12; failures++) {
      long before = System.nanoTime();
      visit(run, new Visit.Answer.Failure());

      if (failures >= BREAKS_AT) {
        Explanation explanation = q().ledger().why(run.id());
        Instant next = stateOfHost(explanation, Hold.HostState.Broken.class).next().orElseThrow();
        Duration pause =
            Duration.ofSeconds(Math.min(5L << Math.min(failures - BREAKS_AT, 20), 600));
        Duration elapsed = Duration.ofNanos(System.nanoTime() - before);
        assertThat(Duration.between(explanation.at(), next))
            .as("after %d failures", failures)
            .isBetween(pause.minus(elapsed).minusMillis(2), pause);
      }
    }
  }

  @Test
  default void one_good_answer_ends_that() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y");
    breakHost(run);
    q().nothingToLease();

    visit(run, new Visit.Answer.Fine());
    for (int i = 1; i < BREAKS_AT; i++) {
      visit(run, new Visit.Answer.Failure());
    }

    assertThat(q().ledger().why(run.id()).holds())
        .filteredOn(Hold.AtHost.class::isInstance)
        .extracting(hold -> ((Hold.AtHost) hold).state())
        .noneMatch(Hold.HostState.Broken.class::isInstance);
  }

  @Test
  default void a_wait_for_a_host_is_counted_once_however_often_workers_ask() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("busy.example", Duration.ZERO, 1), "x", "y");
    q().submit(run, new HostLane("slow.example", Duration.ofHours(1), 0), "v", "w");
    q().submit(run, HostLane.unlimited("any.example"), "z");
    List<Lease> leases = q().leaseUpTo(10);
    for (int asked = 0; asked < 3; asked++) {
      q().nothingToLease();
    }
    for (Lease lease : leases) {
      q().finish(lease);
    }
    q().finish(q().leaseOne());

    assertThat(q().ledger().hosts(run.id()))
        .extracting(HostCounts::host, HostCounts::waits, HostCounts::mostAtOnce)
        .containsExactlyInAnyOrder(
            tuple("any.example", 0L, 1L),
            tuple("busy.example", 1L, 1L),
            tuple("slow.example", 1L, 1L));
  }

  @Test
  default void a_robots_txt_may_ask_for_an_interval_and_take_it_back() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y", "z");

    visit(run, new Visit.Answer.Interval(Duration.ofMillis(20)));
    q().elapse(Duration.ofMillis(40));
    assertThat(q().leaseOne().startBefore()).isPresent();
    visit(run, new Visit.Answer.Interval(Duration.ofHours(1)));
    q().nothingToLease();
    visit(run, new Visit.Answer.Interval(Duration.ZERO));

    assertThat(q().leaseUpTo(10)).hasSize(2).allMatch(lease -> lease.startBefore().isEmpty());
  }

  @Test
  default void a_lane_that_rests_goes_on_when_its_host_takes_an_interval_back() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y");
    q().leaseUpTo(1);
    visit(run, new Visit.Answer.Interval(Duration.ofHours(1)));
    q().nothingToLease(); // after which the lane rests
    visit(run, new Visit.Answer.Fine());

    WorkQueue other = q().another();
    var next =
        q().start(() -> other.lease(QueueFixture.request(1, QueueFixture.LONG, QueueFixture.SOON)));
    QueueFixture.stillWaits(next);
    visit(run, new Visit.Answer.Interval(Duration.ZERO));

    assertThat(QueueFixture.soon(next)).hasSize(1);
  }

  @Test
  default void an_interval_may_be_taken_back_by_a_request_that_was_not_the_last() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y");
    q().leaseUpTo(1);
    long before = System.nanoTime() - 1_000_000_000L;
    visit(run, new Visit.Answer.Interval(Duration.ofHours(1)));
    q().nothingToLease();

    Visit.Answer noMore = new Visit.Answer.Interval(Duration.ZERO);
    q().queue.visited(List.of(visit(run, "a.example", before, noMore)));

    assertThat(q().leaseUpTo(10)).hasSize(1);
  }

  @Test
  default void a_lane_that_rests_waits_for_an_end_once_no_interval_is_left() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", Duration.ZERO, 1), "x", "y");
    Lease first = q().leaseOne();
    visit(run, new Visit.Answer.Interval(Duration.ofHours(1)));
    q().nothingToLease();

    visit(run, new Visit.Answer.Interval(Duration.ZERO));
    q().nothingToLease();
    q().finish(first);

    assertThat(q().leaseUpTo(10)).hasSize(1);
  }

  /** As those of one domain may do, or of one address. */
  @Test
  default void of_several_sites_that_count_as_one_host_the_strictest_holds() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y", "z");
    q().leaseUpTo(1);
    visit(run, new Visit.Answer.Interval(Duration.ofHours(1), "http://one"));
    visit(run, new Visit.Answer.Interval(Duration.ofMillis(20), "two = 1 2|ö"));
    q().nothingToLease();

    visit(run, new Visit.Answer.Interval(Duration.ZERO, "http://one"));
    q().elapse(Duration.ofMillis(40));
    assertThat(q().leaseOne().startBefore()).isPresent();
    visit(run, new Visit.Answer.Interval(Duration.ZERO, "two = 1 2|ö"));
    assertThat(q().leaseOne().startBefore()).isEmpty();
  }

  @Test
  default void however_many_sites_ask_the_strictest_holds() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y");
    q().leaseUpTo(1);
    visit(run, new Visit.Answer.Interval(Duration.ofHours(1), "strict"));
    for (int i = 1; i <= 30; i++) {
      visit(run, new Visit.Answer.Interval(Duration.ofMillis(i), "s" + i));
    }
    q().nothingToLease();

    visit(run, new Visit.Answer.Interval(Duration.ZERO, "strict"));
    q().elapse(Duration.ofMillis(50));

    assertThat(q().leaseOne().startBefore()).isPresent();
  }

  /** Those of one lane that were granted starts before, without knowing of an interval. */
  @Test
  default void I9_what_is_given_back_unused_does_not_make_good_what_others_sent() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y", "z");
    List<Lease> unpaced = q().leaseUpTo(2);
    assertThat(unpaced).hasSize(2);

    visit(run, new Visit.Answer.Interval(Duration.ofHours(1)));
    q().handBack(unpaced.getFirst(), false);
    q().handBack(unpaced.getLast(), true);

    q().nothingToLease();
  }

  @Test
  default void good_answers_narrow_the_interval_again() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y", "z");
    visit(run, new Visit.Answer.TooMany(Duration.ZERO));

    for (int i = 0; i < 1_000; i++) {
      visit(run, new Visit.Answer.Fine());
    }

    assertThat(q().leaseUpTo(10)).hasSize(3);
  }

  @Test
  default void a_host_that_takes_much_longer_than_it_used_to_gets_an_interval() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y", "z");
    for (int i = 0; i < 20; i++) {
      visit(run, new Visit.Answer.Fine(), Duration.ofMillis(100));
    }

    for (int i = 0; i < 20; i++) {
      visit(run, new Visit.Answer.Fine(), Duration.ofSeconds(20));
    }
    q().elapse(Duration.ofMillis(550));

    List<Lease> leases = q().leaseUpTo(10);
    assertThat(leases).hasSize(1).allMatch(lease -> lease.startBefore().isPresent());
  }

  @Test
  default void tasks_wait_for_a_host_that_does_not_answer() throws Exception {
    RunSpec run = q().open(Specs.single("r").maxAttempts(1));
    q().submit(run, HostLane.unlimited("a.example"), "x", "y");
    Lease first = q().leaseUpTo(1).getFirst();
    breakHost(run);

    assertThat(q().fail(first, "refused", Duration.ZERO)).isEqualTo(new Settled.Booked());

    q().nothingToLease();
    assertThat(q().counts(run, "a").waiting()).isEqualTo(2);
    visit(run, new Visit.Answer.Fine());
    assertThat(q().status(run).dead()).isZero();
  }

  @Test
  default void a_host_that_stays_away_is_given_up() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    q().submit(run, new HostLane("a.example", Duration.ZERO, 0, Duration.ZERO), "x", "y");
    q().submit(run, HostLane.unlimited("b.example"), "z");
    q().queue.closeInput(run.id());
    breakHost(run);

    List<Lease> leases = q().leaseUpTo(10);

    assertThat(leases).extracting(l -> l.task().id().item()).containsExactly("z");
    assertThat(q().deadLetters(run))
        .extracting(l -> l.task().id().item(), l -> l.errors().getLast().message())
        .containsExactly(
            tuple("x", "host a.example has not answered for 0 s; its tasks are given up"),
            tuple("y", "host a.example has not answered for 0 s; its tasks are given up"));
    q().finish(leases.getFirst());
    assertThat(q().status(run).state()).isEqualTo(RunStatus.State.FINISHED);
  }

  @Test
  default void visits_are_counted_by_run_and_host() throws Exception {
    RunSpec run = q().open(Specs.single("r"));
    RunSpec other = q().open(Specs.single("other"));
    long now = System.nanoTime();
    q().queue
        .visited(
            List.of(
                visit(run, "a.example", now - 900_000_000L, new Visit.Answer.Fine()),
                visit(other, "a.example", now - 600_000_000L, new Visit.Answer.Fine()),
                visit(run, "a.example", now - 100_000_000L, new Visit.Answer.Failure()),
                visit(run, "b.example", now, new Visit.Answer.TooMany(Duration.ZERO))));

    List<HostCounts> counts = q().ledger().hosts(run.id());

    assertThat(counts)
        .extracting(HostCounts::host, HostCounts::requests, HostCounts::bytes)
        .containsExactly(tuple("a.example", 2L, 20L), tuple("b.example", 1L, 10L));
    assertThat(counts.getFirst().failures()).isEqualTo(1);
    assertThat(counts.getFirst().smallestGap().orElseThrow())
        .isBetween(Duration.ofMillis(498), Duration.ofMillis(502));
    assertThat(counts.getLast().tooMany()).isEqualTo(1);
    assertThat(counts.getLast().smallestGap()).isEmpty();
    assertThat(q().ledger().hosts(other.id()).getFirst().smallestGap().orElseThrow())
        .isBetween(Duration.ofMillis(298), Duration.ofMillis(302));
  }

  private Hold.HostState.Interval intervalAtHost(RunSpec run) throws InterruptedException {
    return stateOfHost(q().ledger().why(run.id()), Hold.HostState.Interval.class);
  }

  private static <S extends Hold.HostState> S stateOfHost(Explanation explanation, Class<S> kind) {
    return explanation.holds().stream()
        .filter(Hold.AtHost.class::isInstance)
        .map(hold -> kind.cast(((Hold.AtHost) hold).state()))
        .findFirst()
        .orElseThrow();
  }

  private void breakHost(RunSpec run) throws InterruptedException {
    for (int i = 0; i < BREAKS_AT; i++) {
      visit(run, new Visit.Answer.Failure());
    }
  }

  private void visit(RunSpec run, Visit.Answer answer) throws InterruptedException {
    visit(run, answer, Duration.ofMillis(5));
  }

  private void visit(RunSpec run, Visit.Answer answer, Duration took) throws InterruptedException {
    q().queue
        .visited(
            List.of(
                new Visit(run.id(), "fetch", "a.example", System.nanoTime(), took, 10, answer)));
  }

  private static Visit visit(RunSpec run, String host, long startedNanos, Visit.Answer answer) {
    return new Visit(run.id(), "fetch", host, startedNanos, Duration.ofMillis(5), 10, answer);
  }
}
