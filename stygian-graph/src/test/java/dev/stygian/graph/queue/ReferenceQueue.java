package dev.stygian.graph.queue;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.ReferenceRun.Entry;
import dev.stygian.graph.queue.ReferenceRun.Item;
import dev.stygian.graph.queue.ReferenceRun.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a queue is to do, as plainly as it can be said: a map of tasks, and what stands under keys.
 * It does not say which of several tasks is next, only which may be; nor when a task is looked at
 * that will not be handed out, because its item is dead or its run cancelled.
 */
final class ReferenceQueue {
  final Map<RunId, ReferenceRun> runs = new LinkedHashMap<>();
  final Map<String, Integer> serviceCaps = new TreeMap<>();

  /** What clients tell each other, and names that are claimed. */
  final Map<String, String> notes = new HashMap<>();

  private final Map<IdempotencyKey, String> values = new HashMap<>();
  private final Map<IdempotencyKey, Set<String>> offered = new HashMap<>();

  /** Keys under which a result of a cancelled run may stand: the queue in memory stores those. */
  private final Set<IdempotencyKey> unsure = new HashSet<>();

  private final Set<LeaseToken> tokens = new HashSet<>();

  /** When tasks of hosts that are visited at an interval were started, by their leases. */
  private final Map<String, Map<LeaseToken, Instant>> starts = new HashMap<>();

  /** Makes a run known; a second opening changes nothing. */
  ReferenceRun open(RunSpec spec) {
    return runs.computeIfAbsent(spec.id(), _ -> new ReferenceRun(spec));
  }

  ReferenceRun run(RunId id) {
    ReferenceRun run = runs.get(id);
    if (run == null) {
      throw new AssertionError("no such run: " + id);
    }
    return run;
  }

  private Stream<Entry> tasks() {
    return runs.values().stream().flatMap(run -> run.tasks.stream());
  }

  private long count(Predicate<Entry> which) {
    long count = 0;
    for (ReferenceRun run : runs.values()) {
      count += run.count(which);
    }
    return count;
  }

  Entry entry(TaskId id) {
    Entry entry = run(id.run()).item(id.item()).tasks.get(id.node());
    if (entry == null) {
      throw new AssertionError("no such task: " + id);
    }
    return entry;
  }

  /** Takes in an item; says whether it must have been answered at once. */
  boolean submit(ReferenceRun run, Submission submission) {
    List<IdempotencyKey> keys = submission.lastKeys();
    if (!run.cancelled && keys.isEmpty()) {
      long before = count(t -> t.isLive() && !t.isLimbo());
      assertThat(before == 0 || before + submission.first().size() <= run.spec.limits().maxDepth())
          .as("there is room for %s, with %d tasks before it", submission, before)
          .isTrue();
    }
    Item item = run.begin(submission, false);
    run.submitted.add(submission);
    if (run.cancelled) {
      item.tasks.values().forEach(t -> t.state = State.CANCELLED);
      return false;
    }
    return !keys.isEmpty() && values.keySet().containsAll(keys);
  }

  /** Whether the queue may be too full to take in an item. */
  boolean mayBeFull(ReferenceRun run, Submission next) {
    long atMost = count(t -> t.isLive() || t.state == State.CANCELLED);
    return atMost + next.first().size() > run.spec.limits().maxDepth();
  }

  /** What must be handed out to somebody who offers these services (none: any). */
  boolean hasTasksFor(Set<String> services) {
    return tasks()
        .filter(t -> services.isEmpty() || services.contains(t.task.service()))
        .filter(t -> t.state == State.WAITING && !t.item.dead)
        .filter(t -> t.item.submission.lastKeys().isEmpty() && !isExecuted(t.task.key()))
        .anyMatch(t ->
            takesWorkers(t)
                && hasPlace(t)
                && t.task.hostLane().map(this::mayBeVisited).orElse(true));
  }

  private static boolean takesWorkers(Entry task) {
    ReferenceRun run = task.item.run;
    return !run.paused && !run.cancelled && !(run.isHeldBack() && task.lane().isFirst());
  }

  /** Whether a task's run, node and service are all below their caps. */
  private boolean hasPlace(Entry task) {
    ReferenceRun run = task.item.run;
    return isBelow(run.maxLeased, run.leased())
        && isBelow(cap(run, task.node()), run.count(task.node(), State.LEASED))
        && isBelow(serviceCap(task.task.service()), leasedOf(task.task.service()));
  }

  private static boolean isBelow(int cap, long leased) {
    return cap == Cap.NONE || leased < cap;
  }

  static int cap(ReferenceRun run, String node) {
    return run.nodeCaps.getOrDefault(node, Cap.NONE);
  }

  private int serviceCap(String service) {
    return serviceCaps.getOrDefault(service, Cap.NONE);
  }

  /** The tasks that a service executes now. */
  long leasedOf(String service) {
    return count(t -> t.state == State.LEASED && t.task.service().equals(service));
  }

  /** Whether a host may be visited now whatever was done there before. */
  private boolean mayBeVisited(HostLane host) {
    return host.interval().isZero() && isBelow(host.concurrency(), visitorsOf(host));
  }

  private long visitorsOf(HostLane host) {
    return count(t -> t.state == State.LEASED && t.task.hostLane().equals(Optional.of(host)));
  }

  private boolean isExecuted(IdempotencyKey key) {
    return count(t -> t.executes() && t.task.key().equals(key)) > 0;
  }

  /** Whoever asks for tasks or renews leases brings back what is due. */
  void sweep() {
    for (Entry entry : tasks().filter(t -> t.isDue).toList()) {
      boolean wasLeased = entry.state == State.LEASED;
      entry.endLease();
      if (!wasLeased) {
        entry.state = State.WAITING;
      } else if (entry.item.run.cancelled) {
        entry.state = State.CANCELLED;
      } else {
        entry.attempts++;
        fail(entry, State.WAITING);
      }
    }
    runs.values().forEach(ReferenceRun::collect);
  }

  /** A task that failed is dead where its attempts are used up; says whether it is. */
  private static boolean fail(Entry entry, State otherwise) {
    if (entry.item.dead) {
      entry.state = State.WAITING;
      entry.maybeRenewed = true;
      return false;
    }
    boolean isUsedUp = entry.attempts >= entry.lane().maxAttempts();
    entry.state = otherwise;
    if (isUsedUp) {
      entry.item.die(entry, false);
    }
    return isUsedUp;
  }

  /**
   * A lease that was handed out.
   *
   * @param heldBack the runs that were at their bound of undelivered results when it was asked for
   */
  void lease(Lease lease, Set<String> services, Set<ReferenceRun> heldBack) {
    Entry entry = entry(lease.task().id());
    ReferenceRun run = entry.item.run;
    assertThat(lease.task()).isEqualTo(entry.task);
    assertThat(entry.state).as("state of %s", lease.task().id()).isEqualTo(State.WAITING);
    assertThat(entry.item.dead).as("%s is of a dead item", lease.task().id()).isFalse();
    assertThat(run.paused || run.cancelled).as("%s takes no workers", run.id()).isFalse();
    assertThat(heldBack.contains(run) && entry.lane().isFirst())
        .as("results of %s hold it back", run.id())
        .isFalse();
    assertThat(hasPlace(entry)).as("there is a place for %s below all caps", entry).isTrue();
    assertThat(lease.capped()).as("capped nodes of %s", run.id()).isEqualTo(cappedNodes(run));
    assertThat(services.isEmpty() || services.contains(lease.task().service())).isTrue();
    assertThat(tokens.add(lease.token())).as("the token is new").isTrue();
    checkAttempt(entry, lease);
    checkInputs(entry, lease);
    checkFlight(entry, lease);
    lease.task().hostLane().ifPresent(host -> start(lease, host));
    entry.state = State.LEASED;
    entry.lease = Optional.of(lease);
  }

  private Set<String> cappedNodes(ReferenceRun run) {
    Set<String> nodes = new HashSet<>();
    for (LaneSpec lane : run.spec.lanes()) {
      if (cap(run, lane.node()) != Cap.NONE || serviceCap(lane.service()) != Cap.NONE) {
        nodes.add(lane.node());
      }
    }
    return nodes;
  }

  private static void checkAttempt(Entry entry, Lease lease) {
    if (entry.maybeRenewed) {
      assertThat(lease.attempt()).isIn(1, entry.attempts + 1);
      entry.attempts = lease.attempt() - 1;
      entry.maybeRenewed = false;
    }
    assertThat(lease.attempt()).as("attempt of %s", entry.task.id()).isEqualTo(entry.attempts + 1);
  }

  private void checkInputs(Entry entry, Lease lease) {
    Map<String, IdempotencyKey> executed = entry.item.executed;
    lease
        .inputs()
        .forEach(
            (node, output) -> stands(requireNonNull(executed.get(node)), Specs.textOf(output)));
    assertThat(lease.inputs().keySet())
        .containsExactlyElementsOf(
            entry.lane().inputs().stream().filter(executed::containsKey).toList());
  }

  private void checkFlight(Entry entry, Lease lease) {
    IdempotencyKey key = entry.task.key();
    lease.stored().ifPresent(stored -> stands(key, Specs.textOf(stored.output())));
    if (lease.stored().isEmpty()) {
      assertThat(values)
          .as("a result stands under the key of %s", entry.task.id())
          .doesNotContainKey(key);
      assertThat(isExecuted(key)).as("the key of %s is executed", entry.task.id()).isFalse();
    }
  }

  /** A task that visits a host starts, which it may. */
  private void start(Lease lease, HostLane host) {
    assertThat(isBelow(host.concurrency(), visitorsOf(host))).as("visitors of %s", host).isTrue();
    assertThat(lease.startBefore().isPresent()).isEqualTo(!host.interval().isZero());
    if (!host.interval().isZero()) {
      Instant now = lease.deadline().minus(lease.visibility());
      Map<LeaseToken, Instant> ofHost = starts.computeIfAbsent(host.host(), _ -> new HashMap<>());
      assertThat(ofHost.values())
          .as("starts at %s before one at %s", host, now)
          .allSatisfy(other ->
              assertThat(Duration.between(other, now)).isGreaterThanOrEqualTo(host.interval()));
      ofHost.put(lease.token(), now);
    }
  }

  /** What the queue says that stands under a key must have been told it, and stays. */
  void stands(IdempotencyKey key, String output) {
    assertThat(offered.getOrDefault(key, Set.of())).contains(output);
    values.putIfAbsent(key, output);
    assertThat(output).as("what stands under a key").isEqualTo(values.get(key));
  }

  boolean isCurrent(Lease lease) {
    return entry(lease.task().id())
        .lease
        .filter(current -> current.token().equals(lease.token()))
        .isPresent();
  }

  /** What is told to the queue, booked or not, whose lease is current or not. */
  void offer(List<NodeResult> results) {
    for (NodeResult result : results) {
      offered
          .computeIfAbsent(result.key(), _ -> new HashSet<>())
          .add(Specs.textOf(result.output()));
    }
  }

  /** What is to be replied to an execution that found items. */
  Optional<Emitted> find(Lease lease, List<Emission> batch, int limit) {
    if (!isCurrent(lease)) {
      return Optional.empty();
    }
    ReferenceRun run = run(lease.task().id().run());
    String node = lease.task().id().node();
    Emitted all = Emitted.NONE;
    for (Emission emission : run.cancelled ? List.<Emission>of() : batch) {
      if (run.items.containsKey(emission.item())) {
        all = all.plus(new Emitted(0, 1, 0));
      } else if (limit > 0 && run.foundUnderLimit.getOrDefault(node, 0) >= limit) {
        all = all.plus(new Emitted(0, 0, 1));
      } else {
        run.foundUnderLimit.merge(node, limit > 0 ? 1 : 0, Integer::sum);
        begin(run, emission, false);
        all = all.plus(new Emitted(1, 0, 0));
      }
    }
    run.emitted = run.emitted.plus(all);
    return Optional.of(all);
  }

  /** What is to be replied to an execution that splits its item. */
  Optional<Emitted> split(Lease lease, List<Emission> batch, int from) {
    ReferenceRun run = run(lease.task().id().run());
    List<Item> parts = run.item(lease.task().id().item()).partsOf(lease.task().id().node());
    if (!isCurrent(lease) || (!run.cancelled && from > parts.size())) {
      return Optional.empty();
    }
    int before = parts.size();
    for (int i = before - from; i < batch.size() && !run.cancelled; i++) {
      parts.add(begin(run, batch.get(i), true));
    }
    Emitted all = new Emitted(parts.size() - before, 0, 0);
    run.emitted = run.emitted.plus(all);
    return Optional.of(all);
  }

  private static Item begin(ReferenceRun run, Emission emission, boolean isPart) {
    Submission item =
        new Submission(emission.item(), emission.input(), emission.first(), List.of());
    return run.begin(item, isPart);
  }

  /** What a lease's node collects: an output of each part, in their order. */
  List<Item> collected(Lease lease) {
    TaskId id = lease.task().id();
    ReferenceRun run = run(id.run());
    return run.item(id.item())
        .partsOf(SimulatedWork.source(run.spec, id.node()).orElseThrow().split());
  }

  /** A completion that must be booked where its lease is current. */
  void complete(Completion completion) {
    Entry entry = entry(completion.lease().task().id());
    Progress progress = completion.progress();
    entry.endLease();
    if (entry.item.run.cancelled) {
      cancel(entry, progress);
    } else {
      book(entry, progress);
      progress.releases().forEach(release -> release(entry.item, release.task()));
    }
    entry.item.run.collect();
  }

  private void cancel(Entry entry, Progress progress) {
    entry.state = State.CANCELLED;
    progress.results().forEach(result -> unsure.add(result.key()));
  }

  private void book(Entry entry, Progress progress) {
    Item item = entry.item;
    for (NodeResult result : progress.results()) {
      item.executed.put(result.node(), result.key());
      if (!unsure.contains(result.key())) {
        values.putIfAbsent(result.key(), Specs.textOf(result.output()));
      }
    }
    Stream.concat(progress.passed().stream(), progress.results().stream().map(NodeResult::node))
        .forEach(node -> item.worked(node));
  }

  private static void release(Item item, Task task) {
    String node = task.id().node();
    LaneSpec lane = item.run.spec.lanes().get(item.run.spec.laneOf(node));
    boolean isReady =
        lane.inputs().size() == 1 || lane.inputs().stream().allMatch(item.executed::containsKey);
    if (isReady) {
      boolean collects = lane.collecting().source().isPresent();
      item.begin(task).state = collects ? State.COLLECTING : State.WAITING;
    }
  }

  /** A nack that must be booked where its lease is current; says whether its task is dead. */
  boolean nack(Nack nack) {
    Entry leased = entry(nack.lease().task().id());
    leased.endLease();
    if (nack.verdict() instanceof Nack.Verdict.HandBack(boolean isUnused, _) && isUnused) {
      starts.values().forEach(ofHost -> ofHost.remove(nack.lease().token()));
    }
    boolean buried = false;
    if (leased.item.run.cancelled) {
      cancel(leased, nack.progress());
    } else if (nack.task().id().equals(leased.task.id())) {
      leased.task = nack.task();
      buried = settle(leased, nack);
    } else {
      book(leased, nack.progress());
      buried = settle(leased.item.begin(nack.task()), nack);
    }
    leased.item.run.collect();
    return buried;
  }

  private boolean settle(Entry entry, Nack nack) {
    boolean wasDead = entry.item.dead;
    switch (nack.verdict()) {
      case Nack.Verdict.HandBack(_, Duration delay) -> putBack(entry, delay);
      case Nack.Verdict.Exclude _ when !wasDead -> entry.item.die(entry, true);
      case Nack.Verdict.Bury _ when !wasDead -> {
        entry.item.die(entry, false);
        return true;
      }
      case Nack.Verdict.Retry(String _, Duration delay) when !wasDead -> {
        entry.attempts = nack.attempt();
        putBack(entry, delay);
        return fail(entry, entry.state);
      }
      case Nack.Verdict _ -> fail(entry, State.WAITING);
    }
    return false;
  }

  private static void putBack(Entry entry, Duration delay) {
    entry.state = delay.isZero() ? State.WAITING : State.DELAYED;
    entry.isDue = delay.isPositive() && delay.compareTo(SimulatedWork.LATE) < 0;
  }

  /** All leases of a number. */
  List<Entry> leased(long number) {
    return tasks()
        .filter(t -> t.lease.isPresent() && t.lease.get().token().lease() == number)
        .toList();
  }

  static void cancel(ReferenceRun run) {
    run.cancelled = true;
    run.tasks.stream()
        .filter(t -> t.state == State.WAITING || t.state == State.DELAYED)
        .forEach(t -> {
          t.state = State.CANCELLED;
          t.isDue = false;
        });
    run.collect();
  }

  /** A result that was read for the first time. */
  void result(Result result) {
    ReferenceRun run = run(result.run());
    Item item = run.item(result.item());
    if (item.mayBeAnswered()) {
      item.tasks.values().forEach(t -> t.state = State.DONE);
      item.answered = true;
    }
    assertThat(item.results()).as("%s, of %s", result, item).contains(result.node());
    if (!item.answered) {
      assertThat(item.executed).containsEntry(result.node(), result.key());
    }
    stands(result.key(), Specs.textOf(result.output()));
    assertThat(item.read.add(result.node())).as("%s comes once", result).isTrue();
    run.results.add(result);
  }

  /** Whether nothing is left to do. */
  boolean isOver() {
    return count(t -> !t.isLimbo() && (t.isLive() || t.state == State.COLLECTING)) == 0;
  }

  /** The services that have a cap, with what they execute. */
  List<ServiceCap> caps() {
    List<ServiceCap> all = new ArrayList<>();
    serviceCaps.forEach(
        (service, most) -> all.add(new ServiceCap(service, most, leasedOf(service))));
    return all;
  }
}
