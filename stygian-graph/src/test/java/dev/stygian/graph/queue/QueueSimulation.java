package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.LONG;
import static dev.stygian.graph.queue.QueueFixture.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.QueueMove.Ending;
import dev.stygian.graph.queue.ReferenceQueue.Item;
import dev.stygian.graph.queue.ReferenceQueue.Run;
import dev.stygian.graph.queue.ReferenceQueue.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves on a queue and on a {@link ReferenceQueue}, which must agree after each one. Two clients
 * take part, of two chains with equal keys and of a run with two first nodes, a join and two last
 * nodes, of which one first node has the keys of theirs. A key of a first node is never one of a
 * later node, since it names the node. Leases and short delays run out when a move says so: their
 * time is over before anybody looks.
 */
public final class QueueSimulation {
  /** A delay that does not end while a simulation goes on. */
  static final Duration LATE = Duration.ofHours(1);

  private static final Duration MOMENT = Duration.ofMillis(1);
  private static final String SUBMITTER = "s";
  private static final List<String> SERVICES = List.of("A", "B", "C", "D", "E");
  private static final Set<String> OFFERED_BY_NOBODY = Set.of("NONE");

  private final QueueFixture fixture;
  private final List<WorkQueue> clients;
  private final ReferenceQueue reference = new ReferenceQueue();
  private final List<Run> runs = new ArrayList<>();
  private final Map<RunId, String> positions = new HashMap<>();
  private final List<Lease> leases = new ArrayList<>();
  private int executions;

  public QueueSimulation(QueueFixture fixture) {
    this.fixture = fixture;
    this.clients = List.of(fixture.queue, fixture.another());
    open(Specs.chain("one"));
    open(Specs.chain("two"));
    open(Specs.single("wide").node("e").node("c", "a", "e").node("d", "e").wide());
  }

  private void open(Specs.RunBuilder builder) {
    Run run = reference.open(fixture.open(builder));
    runs.add(run);
  }

  /** Makes the moves, then brings everything to its end. */
  public void run(List<QueueMove> moves) throws InterruptedException {
    for (QueueMove move : moves) {
      make(move);
      compare();
    }
    drain();
  }

  private void make(QueueMove move) throws InterruptedException {
    switch (move) {
      case QueueMove.Submit submit -> submit(submit);
      case QueueMove.Ask ask -> ask(client(ask.client()), ask.max(), services(ask.services()));
      case QueueMove.Settle settle -> settle(client(settle.client()), settle.endings());
      case QueueMove.Expire expire -> expire(client(expire.client()), expire.lease());
      case QueueMove.Renew renew -> renew(renew);
      case QueueMove.Pause pause -> pause(runs.get(pause.run()), pause.pause());
      case QueueMove.Cancel cancel when cancel.run() >= 0 ->
          cancel(client(cancel.client()), runs.get(cancel.run()));
      case QueueMove.Cancel _ -> sweep();
      case QueueMove.Close close -> close(client(close.client()), runs.get(close.run()));
      case QueueMove.Replay replay ->
          replay(client(replay.client()), runs.get(replay.run()), replay.items());
      case QueueMove.Drop drop -> drop(client(drop.client()), runs.get(drop.run()), drop.items());
      case QueueMove.Read read ->
          read(client(read.client()), runs.get(read.run()).spec.id(), read.max());
    }
  }

  private WorkQueue client(int number) {
    return clients.get(number);
  }

  private static Set<String> services(int bits) {
    Set<String> chosen = new HashSet<>();
    for (int i = 0; i < SERVICES.size(); i++) {
      if ((bits & 1 << i) != 0) {
        chosen.add(SERVICES.get(i));
      }
    }
    return chosen;
  }

  private void submit(QueueMove.Submit move) throws InterruptedException {
    Run run = runs.get(move.run());
    RunId id = run.spec.id();
    List<Submission> all = new ArrayList<>();
    run.items.values().forEach(item -> all.add(item.submission));
    int accepted = all.size();
    int position = Math.max(0, accepted - move.overlap());
    List<Item> answered = new ArrayList<>();
    if (!run.closed) {
      for (int family : move.families()) {
        Submission item = submission(run, "item-" + all.size(), "x" + family, move.answerable());
        all.add(item);
        if (reference.submit(run, item)) {
          answered.add(run.item(item.item()));
        }
      }
    }
    List<Submission> batch = List.copyOf(all.subList(position, all.size()));
    client(move.client()).enqueue(id, SUBMITTER, position, batch, SOON);
    assertThat(fixture.ledger().accepted(id, SUBMITTER)).isEqualTo(all.size());
    observe();
    assertThat(answered).allMatch(item -> item.answered);
  }

  /** An item whose keys are those of its family. */
  private static Submission submission(Run run, String id, String family, boolean answerable) {
    Submission model =
        answerable
            ? Specs.answerable(run.spec, family, "scope")
            : Specs.shared(run.spec, family, "scope");
    List<Task> first =
        model.first().stream()
            .map(t -> new Task(named(t.id(), id), t.service(), t.key(), t.input()))
            .toList();
    return new Submission(id, model.input(), first, model.lastKeys());
  }

  private static TaskId named(TaskId task, String item) {
    return new TaskId(task.run(), item, task.node());
  }

  private List<Lease> ask(WorkQueue client, int max, Set<String> services)
      throws InterruptedException {
    sweep();
    boolean mustBeSome = reference.hasTasksFor(services);
    List<Lease> handedOut = client.lease(new LeaseRequest(services, max, LONG, Duration.ZERO));
    observe();
    assertThat(handedOut).hasSizeLessThanOrEqualTo(max);
    assertThat(!mustBeSome || !handedOut.isEmpty()).as("something is handed out").isTrue();
    Map<RunId, Integer> levels = new HashMap<>();
    for (Lease lease : handedOut) {
      reference.lease(lease, services);
      RunSpec spec = reference.run(lease.task().id().run()).spec;
      int level = spec.lanes().get(spec.laneOf(lease.task().id().node())).level();
      Integer before = levels.put(spec.id(), level);
      assertThat(before == null || level <= before).as("later nodes first").isTrue();
    }
    leases.addAll(handedOut);
    return handedOut;
  }

  /** Lets the time of what is to be due pass, and has it brought back. */
  private void sweep() throws InterruptedException {
    if (runs.stream().flatMap(run -> run.tasks().stream()).anyMatch(t -> t.isDue)) {
      fixture.elapse(MOMENT.multipliedBy(3));
    }
    assertThat(fixture.queue.lease(new LeaseRequest(OFFERED_BY_NOBODY, 1, LONG, Duration.ZERO)))
        .isEmpty();
    reference.sweep();
  }

  private void settle(WorkQueue client, List<Ending> endings) throws InterruptedException {
    Map<LeaseToken, Settlement> chosen = new HashMap<>();
    List<Lease> ended = new ArrayList<>();
    for (Ending ending : endings) {
      if (!leases.isEmpty()) {
        Lease lease = leases.get(ending.lease() % leases.size());
        if (chosen.putIfAbsent(lease.token(), settlement(lease, ending.how())) == null
            && !ending.again()) {
          ended.add(lease);
        }
      }
    }
    leases.removeAll(ended);
    settleAll(client, List.copyOf(chosen.values()));
  }

  /** What is settled together is booked by kind and by lease. */
  private void settleAll(WorkQueue client, List<Settlement> settlements)
      throws InterruptedException {
    List<Settlement> ends = new ArrayList<>(settlements);
    ends.sort(
        Comparator.comparingInt((Settlement end) -> end instanceof Nack ? 1 : 0)
            .thenComparingLong(end -> end.lease().token().lease())
            .thenComparingInt(end -> end.lease().token().index()));
    List<Settled> answers = client.settle(ends);
    assertThat(answers).hasSameSizeAs(ends);
    for (int i = 0; i < ends.size(); i++) {
      Settlement end = ends.get(i);
      assertThat(answers.get(i)).as("%s", end).isIn(allowed(end));
    }
    observe();
  }

  private List<Settled> allowed(Settlement end) {
    Lease lease = end.lease();
    reference.offer(end.progress().results());
    if (!reference.isCurrent(lease)) {
      return List.of(new Settled.LeaseLost(lease.token()));
    }
    boolean wasDead = itemOf(lease).dead;
    return switch (end) {
      case Completion completion -> {
        reference.complete(completion);
        yield List.of(new Settled.Booked());
      }
      case Nack nack when reference.nack(nack) -> List.of(new Settled.Buried());
      case Nack _ when wasDead -> List.of(new Settled.Booked(), new Settled.Buried());
      case Nack _ -> List.of(new Settled.Booked());
    };
  }

  private Item itemOf(Lease lease) {
    TaskId id = lease.task().id();
    return reference.run(id.run()).item(id.item());
  }

  private Settlement settlement(Lease lease, QueueMove.How how) {
    return switch (how) {
      case COMPLETE -> completion(lease, false);
      case CHAIN -> completion(lease, true);
      case RETRY -> nack(lease, new Nack.Verdict.Retry("no", Duration.ZERO));
      case RETRY_SOON -> nack(lease, new Nack.Verdict.Retry("no", MOMENT));
      case RETRY_LATE -> nack(lease, new Nack.Verdict.Retry("no", LATE));
      case BURY -> nack(lease, new Nack.Verdict.Bury("never"));
      case HAND_BACK -> nack(lease, new Nack.Verdict.HandBack());
    };
  }

  private static Nack nack(Lease lease, Nack.Verdict verdict) {
    return new Nack(lease, List.of(), lease.task(), lease.attempt(), verdict);
  }

  /**
   * The end of a lease that worked; {@code goesOn}: with the node that alone follows, if one does.
   */
  private Completion completion(Lease lease, boolean goesOn) {
    RunSpec spec = reference.run(lease.task().id().run()).spec;
    List<NodeResult> results = new ArrayList<>();
    Task task = lease.task();
    executions++;
    String output =
        lease
            .stored()
            .map(stored -> Specs.textOf(stored.output()))
            .orElseGet(() -> "execution " + executions + " of " + lease.task().id().node());
    results.add(QueueFixture.result(spec, task, output, lease.attempt()));
    List<Release> releases = releases(spec, task);
    if (goesOn && releases.size() == 1 && releases.getFirst().predecessors() == 1) {
      Task next = releases.getFirst().task();
      results.add(QueueFixture.result(spec, next, output + " and then " + next.id().node(), 1));
      releases = releases(spec, next);
    }
    return new Completion(lease, results, releases);
  }

  private static List<Release> releases(RunSpec spec, Task task) {
    return Specs.successors(spec, task.id().node()).stream()
        .map(lane -> {
          String family = Specs.textOf(task.input());
          Task model = Specs.task(spec, family, lane.node(), "scope");
          TaskId id = named(model.id(), task.id().item());
          return new Release(
              new Task(id, model.service(), model.key(), model.input()), lane.inputs().size());
        })
        .toList();
  }

  private void expire(WorkQueue client, int index) throws InterruptedException {
    sweep();
    if (leases.isEmpty()) {
      return;
    }
    long number = leases.get(index % leases.size()).token().lease();
    client.renew(new Heartbeat("worker", Set.of("A"), 1, Set.of(number), MOMENT));
    reference.leased(number).forEach(entry -> entry.isDue = true);
  }

  private void renew(QueueMove.Renew move) throws InterruptedException {
    sweep();
    Set<Long> numbers = new HashSet<>();
    for (int i = 0; i < move.count() && !leases.isEmpty(); i++) {
      numbers.add(leases.get((move.from() + i) % leases.size()).token().lease());
    }
    Heartbeat.Renewal renewal =
        client(move.client()).renew(new Heartbeat("worker", Set.of("A"), 1, numbers, LONG));
    Set<Long> lost = new HashSet<>(numbers);
    lost.removeIf(number -> !reference.leased(number).isEmpty());
    assertThat(renewal.lost()).isEqualTo(lost);
    Set<RunId> cancelled = new HashSet<>();
    for (long number : numbers) {
      reference.leased(number).stream()
          .filter(entry -> entry.item.run.cancelled)
          .forEach(entry -> cancelled.add(entry.item.run.spec.id()));
    }
    assertThat(renewal.cancelled()).isEqualTo(cancelled);
  }

  private void pause(Run run, boolean pause) {
    if (isFinished(run)) {
      return;
    }
    run.paused = pause;
    if (pause) {
      fixture.ledger().pause(run.spec.id());
    } else {
      fixture.ledger().resume(run.spec.id());
    }
  }

  private void cancel(WorkQueue client, Run run) throws InterruptedException {
    sweep();
    boolean goesOn = !isFinished(run);
    client.ledger().cancel(run.spec.id());
    if (goesOn) {
      reference.cancel(run);
    }
  }

  /** Whether a run is over, which nobody can tell while a task of a dead item may be left. */
  private boolean isFinished(Run run) {
    boolean finished = fixture.ledger().status(run.spec.id()).finished().isPresent();
    if (run.isOver() || !run.mayBeOver()) {
      assertThat(finished).as("the end of %s", run.spec.id()).isEqualTo(run.isOver());
    }
    return finished;
  }

  private void close(WorkQueue client, Run run) {
    client.closeInput(run.spec.id());
    run.closed = true;
  }

  private List<Item> letters(Run run, int some) {
    List<Item> letters = run.items.values().stream().filter(item -> item.hasLetter).toList();
    assertThat(fixture.ledger().deadLetters(run.spec.id(), "", 1_000))
        .extracting(letter -> letter.task().id().item())
        .containsExactlyElementsOf(
            letters.stream().map(item -> item.submission.item()).sorted().toList());
    return letters.subList(0, Math.min(some, letters.size()));
  }

  private void replay(WorkQueue client, Run run, int some) {
    List<Item> chosen = letters(run, some);
    long replayed = client.ledger().replay(run.spec.id(), names(chosen));
    assertThat(replayed).isEqualTo(run.cancelled ? 0 : chosen.size());
    if (!run.cancelled) {
      chosen.forEach(reference::replay);
    }
  }

  private void drop(WorkQueue client, Run run, int some) {
    List<Item> chosen = letters(run, some);
    assertThat(client.ledger().drop(run.spec.id(), names(chosen))).isEqualTo(chosen.size());
    chosen.forEach(item -> item.hasLetter = false);
  }

  private static List<String> names(List<Item> items) {
    return items.stream().map(item -> item.submission.item()).toList();
  }

  private void read(WorkQueue client, RunId run, int max) throws InterruptedException {
    ResultBatch batch = client.ledger().results(run, ResultBatch.START, max, Duration.ZERO);
    assertThat(batch.results()).hasSizeLessThanOrEqualTo(max);
    RunLedger.Delivery delivery = new RunLedger.Delivery(batch.position(), batch.results().size());
    client.ledger().deliver(run, "file", delivery);
    assertThat(client.ledger().delivered(run, "file")).contains(delivery);
  }

  /** Reads what results there are since it was last called. */
  private void observe() throws InterruptedException {
    for (Run run : runs) {
      RunId id = run.spec.id();
      String position = positions.getOrDefault(id, ResultBatch.START);
      ResultBatch batch = fixture.ledger().results(id, position, 10_000, Duration.ZERO);
      batch.results().forEach(reference::result);
      positions.put(id, batch.position());
    }
  }

  private void compare() throws InterruptedException {
    observe();
    for (Run run : runs) {
      RunStatus status = fixture.ledger().status(run.spec.id());
      assertThat(status.submitted()).isEqualTo(run.items.size());
      assertThat(status.inFlight()).as("in flight of %s", status).isNotNegative();
      assertThat(fixture.ledger().receipt(run.spec.id()).discrepancies())
          .as("what does not add up of %s", status)
          .isEmpty();
      if (!run.cancelled) {
        compareNodes(run, status);
        assertThat(status.done()).as("done of %s", run.spec.id()).isEqualTo(done(run));
        assertThat(status.dead()).as("dead of %s", run.spec.id()).isEqualTo(dead(run));
        assertThat(status.cancelled()).isZero();
      }
    }
  }

  private static long done(Run run) {
    return run.items.values().stream().filter(Item::isDone).count();
  }

  private static long dead(Run run) {
    return run.items.values().stream().filter(item -> item.dead).count();
  }

  private void compareNodes(Run run, RunStatus status) {
    for (RunStatus.NodeCounts counts : status.nodes()) {
      String node = counts.node();
      long limbo =
          run.tasks().stream().filter(t -> t.isLimbo() && t.task.id().node().equals(node)).count();
      long waiting = run.count(node, State.WAITING);
      assertThat(counts.waiting()).as("waiting of %s", counts).isBetween(waiting - limbo, waiting);
      assertThat(counts.delayed()).as("%s", counts).isEqualTo(run.count(node, State.DELAYED));
      assertThat(counts.leased()).as("%s", counts).isEqualTo(run.count(node, State.LEASED));
    }
  }

  /** Goes on without troubles until all is over, and looks at what there is then. */
  private void drain() throws InterruptedException {
    for (Run run : runs) {
      if (run.tasks().stream().anyMatch(t -> t.state == State.DELAYED && !t.isDue)) {
        cancel(fixture.queue, run);
      }
      pause(run, false);
      close(fixture.queue, run);
    }
    // what is still leased is lost with its worker
    while (!leases.isEmpty()) {
      expire(fixture.queue, 0);
      long number = leases.getFirst().token().lease();
      leases.removeIf(lease -> lease.token().lease() == number);
    }
    List<Lease> some = ask(fixture.queue, 12, Set.of());
    while (!some.isEmpty()) {
      leases.removeAll(some);
      settleAll(
          fixture.queue, some.stream().<Settlement>map(lease -> completion(lease, false)).toList());
      compare();
      some = ask(fixture.queue, 12, Set.of());
    }
    compare();
    for (Run run : runs) {
      isOver(run);
    }
  }

  private void isOver(Run run) {
    RunStatus status = fixture.ledger().status(run.spec.id());
    assertThat(status.finished()).as("the end of %s", status).isPresent();
    assertThat(status.state())
        .isEqualTo(run.cancelled ? RunStatus.State.CANCELLED : RunStatus.State.FINISHED);
    assertThat(status.nodes())
        .allSatisfy(n -> assertThat(n.waiting() + n.delayed() + n.leased()).isZero());
    assertThat(status.done()).isEqualTo(done(run));
    assertThat(status.dead()).isEqualTo(dead(run));
    assertThat(status.cancelled()).isEqualTo(run.items.size() - done(run) - dead(run));
    Set<String> last = Set.copyOf(Specs.lastNodes(run.spec));
    for (Item item : run.items.values()) {
      assertThat(item.read).as("%s", item.submission).isEqualTo(item.isDone() ? last : Set.of());
    }
  }
}
