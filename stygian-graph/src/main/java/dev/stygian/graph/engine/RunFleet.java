package dev.stygian.graph.engine;

import dev.stygian.graph.item.Spending;
import dev.stygian.graph.pipeline.Politeness;
import dev.stygian.graph.queue.Expense;
import dev.stygian.graph.queue.Notes;
import dev.stygian.graph.queue.RobotsNote;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.graph.queue.Visit;
import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.HostVisit;
import dev.stygian.graph.settings.HostScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** The fleet as one execution sees it; keeps what it uses until that is reported. Thread-safe. */
final class RunFleet implements Fleet {
  /** Longer than tasks usually wait for a host; who waits longer is told less. */
  private static final Duration ROBOTS_AWAY_LIVES = Duration.ofDays(1);

  private final TaskId task;
  private final Politeness politeness;
  private final Notes notes;
  private final Start start;
  private final PacedHosts paced;
  private final Finder finder;
  private final List<Visit> visits = new ArrayList<>(0); // most visit none
  private Optional<Visit> underWay = Optional.empty();
  private Spending spent = Spending.NONE;

  /**
   * The start that an execution was granted.
   *
   * @param lane the host in whose lane the task waited
   * @param isGoodOnce whether for one request only, as where the host has an interval
   * @param mayUse whether a request to that host may go out on it now
   */
  record Start(Optional<String> lane, boolean isGoodOnce, BooleanSupplier mayUse) {
    /** Of those who only ask. */
    static final Start NONE = new Start(Optional.empty(), false, () -> false);
  }

  /** Puts what was found or emitted into the run. */
  interface Finder {
    /** For those who only ask. */
    Finder NOBODY =
        new Finder() {
          @Override
          public void found(List<Found> items, long limit) {}

          @Override
          public void emit(List<JsonNode> values) {}
        };

    void found(List<Found> items, long limit) throws InterruptedException;

    void emit(List<JsonNode> values) throws InterruptedException;
  }

  /**
   * A fleet for an execution of this task.
   *
   * @param paced learns what the execution sees of hosts
   */
  RunFleet(
      TaskId task,
      Politeness politeness,
      Notes notes,
      Start start,
      PacedHosts paced,
      Finder finder) {
    this.task = task;
    this.politeness = politeness;
    this.notes = notes;
    this.start = start;
    this.paced = paced;
    this.finder = finder;
    if (start.isGoodOnce()) {
      start.lane().ifPresent(paced::saw);
    }
  }

  @Override
  public HostScope scope() {
    return politeness.scope();
  }

  @Override
  public boolean obeysRobots() {
    return politeness.obeyRobots();
  }

  @Override
  public Duration patience() {
    return politeness.giveUpAfter();
  }

  @Override
  public Optional<String> lane() {
    return start.lane();
  }

  @Override
  public boolean mayStart() {
    return start.mayUse().getAsBoolean();
  }

  @Override
  public boolean startsOnce() {
    return start.isGoodOnce();
  }

  @Override
  public boolean mayGoOn(Host host) {
    Politeness.HostRule rule = politeness.ruleFor(host.name(), host.inUrl());
    return rule.interval().isZero()
        && rule.concurrency() == 0
        && !(start.isGoodOnce() && start.lane().equals(Optional.of(host.name())))
        && !paced.has(host.name());
  }

  @Override
  public String task() {
    return task.run() + "/" + task.node() + "/" + task.item();
  }

  @Override
  public synchronized void sent(String host, long nanos) {
    underWay = Optional.of(visit(host, nanos, Duration.ZERO, 0, new Visit.Answer.UnderWay()));
  }

  private Visit visit(String host, long nanos, Duration took, long bytes, Visit.Answer answer) {
    return new Visit(task.run(), task.node(), host, nanos, took, bytes, answer);
  }

  @Override
  public synchronized void visited(HostVisit visit) {
    underWay = Optional.empty();
    if (asksForAPace(visit.answer())) {
      paced.saw(visit.host());
    }
    visits.add(
        visit(
            visit.host(),
            visit.startedNanos(),
            visit.took(),
            visit.bytes(),
            answer(visit.answer())));
  }

  private static boolean asksForAPace(HostVisit.Answer answer) {
    return switch (answer) {
      case HostVisit.Answer.Fine() -> false;
      case HostVisit.Answer.TooMany _ -> true;
      case HostVisit.Answer.Interval(Duration atLeast, _) -> !atLeast.isZero();
      case HostVisit.Answer.Failure() -> true;
    };
  }

  private static Visit.Answer answer(HostVisit.Answer answer) {
    return switch (answer) {
      case HostVisit.Answer.Fine() -> new Visit.Answer.Fine();
      case HostVisit.Answer.TooMany(Duration retryAfter) -> new Visit.Answer.TooMany(retryAfter);
      case HostVisit.Answer.Interval(Duration atLeast, String site) ->
          new Visit.Answer.Interval(atLeast, site);
      case HostVisit.Answer.Failure() -> new Visit.Answer.Failure();
    };
  }

  @Override
  public void robotsAway(Host host, String site, Instant since, Instant next) {
    byte[] value = new RobotsNote(site, since, next).value();
    notes.put(RobotsNote.name(host.name()), value, ROBOTS_AWAY_LIVES);
  }

  @Override
  public void robotsBack(Host host, String site) {
    String name = RobotsNote.name(host.name());
    if (notes.find(name).flatMap(RobotsNote::of).filter(n -> n.site().equals(site)).isPresent()) {
      notes.forget(name);
    }
  }

  @Override
  public synchronized void spent(Spending spending) {
    spent = spent.plus(spending);
  }

  /** The request that was sent last, where its answer is not there and it is of interest. */
  synchronized Optional<Visit> takeUnderWay(Predicate<Visit> isOfInterest) {
    Optional<Visit> taken = underWay.filter(isOfInterest);
    if (taken.isPresent()) {
      underWay = Optional.empty();
    }
    return taken;
  }

  /** What was used since the last call. */
  synchronized Usage takeUsage() {
    if (visits.isEmpty() && spent.equals(Spending.NONE)) {
      return Usage.NONE;
    }
    Usage taken =
        new Usage(
            List.copyOf(visits),
            spent.equals(Spending.NONE)
                ? List.of()
                : List.of(new Expense(task.run(), task.node(), spent)));
    visits.clear();
    spent = Spending.NONE;
    return taken;
  }

  @Override
  public void found(List<Found> items, long limit) throws InterruptedException {
    finder.found(items, limit);
  }

  @Override
  public void emit(List<JsonNode> values) throws InterruptedException {
    finder.emit(values);
  }

  @Override
  public Optional<byte[]> note(String name) {
    return notes.find(name);
  }

  @Override
  public Optional<byte[]> noteStart(String name, int mostBytes) {
    return notes.findStart(name, mostBytes);
  }

  @Override
  public boolean putNoteOn(String shelf, long shelfBytes, String name, byte[] value, Duration ttl) {
    return notes.putOn(shelf, shelfBytes, name, value, ttl);
  }

  @Override
  public void putNote(String name, byte[] value, Duration ttl) {
    notes.put(name, value, ttl);
  }

  @Override
  public boolean claim(String name, Duration ttl) {
    return notes.claim(name, ttl);
  }

  @Override
  public void forget(String name) {
    notes.forget(name);
  }
}
