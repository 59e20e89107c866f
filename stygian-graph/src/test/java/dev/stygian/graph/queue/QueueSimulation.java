package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.LONG;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.error.QueueFullException;
import dev.stygian.graph.item.Spending;
import dev.stygian.graph.queue.QueueMove.Ending;
import dev.stygian.graph.queue.QueueMove.How;
import dev.stygian.graph.queue.ReferenceRun.Item;
import dev.stygian.graph.queue.ReferenceRun.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Moves on a queue and on a {@link ReferenceQueue}, which must agree after each one. Two clients
 * take part, and the runs of {@link SimulatedWork} with one of tasks that are put in by hand.
 * Leases and short delays run out when a move says so: their time is over before anybody looks.
 *
 * <p>Long because it has a method for each move.
 */
public final class QueueSimulation {
  private static final String SUBMITTER = "s";
  private static final String READER = "file";
  private static final RunId BY_HAND = SimulatedWork.BY_HAND.id();
  private static final List<String> SERVICES =
      List.of("A", "B", "C", "D", "E", "K", "L", "M", "N", "O", "P");
  private static final Set<String> OFFERED_BY_NOBODY = Set.of("NONE");

  /** What a look at all hosts' lanes lets pass, so that each of them may be visited again. */
  private static final Duration REST = Duration.ofMillis(20);

  private static final int MOST_RESTS = 500;

  /** How much of what is due a request brings back at least, if there is as much. */
  private static final int LEASES_OF_A_REQUEST = 16;

  private static final int TASKS_OF_A_REQUEST = 100;

  private final QueueFixture fixture;
  private final Backstage backstage;
  private final List<WorkQueue> clients;
  private final ReferenceQueue reference = new ReferenceQueue();
  private final SimulatedWork work = new SimulatedWork();
  private final List<ReferenceRun> runs = new ArrayList<>();
  private final Map<RunId, String> positions = new HashMap<>();
  private final List<Lease> leases = new ArrayList<>();

  /** Leases under which a host was visited. */
  private final Set<LeaseToken> visited = new HashSet<>();

  /** What there is to a queue beside its port. */
  public interface Backstage {
    /** Delivers results as a queue does that keeps nothing of what is delivered. */
    void trim(RunId run, String reader, RunLedger.Delivery delivery) throws InterruptedException;

    /** Shows that everything that lies in the queue adds up. */
    void isSound();
  }

  public QueueSimulation(QueueFixture fixture, Backstage backstage) {
    this.fixture = fixture;
    this.backstage = backstage;
    this.clients = List.of(fixture.queue, fixture.another());
  }

  /** Makes the moves, then brings everything to its end. */
  public void run(List<QueueMove> moves) throws InterruptedException {
    for (QueueMove move : moves) {
      make(move);
      compare();
    }
    drain();
    backstage.isSound();
  }

  private void make(QueueMove move) throws InterruptedException {
    switch (move) {
      case QueueMove.Open open -> open(client(open.client()), open.pipeline());
      case QueueMove.Put put -> put(client(put.client()), put.family());
      case QueueMove.Ask ask ->
          ask(client(ask.client()), ask.max(), services(ask.services()), ask.visits());
      case QueueMove.Work some -> work(client(some.client()), some.max(), some.ways());
      case QueueMove.Take take -> take(client(take.client()));
      case QueueMove.Settle settle -> settle(client(settle.client()), settle.endings());
      case QueueMove.Find find ->
          withLease(find.lease(), lease -> find(client(find.client()), lease, find.numbers()));
      case QueueMove.Split split ->
          withLease(
              split.lease(),
              leases.stream().filter(this::splits).toList(),
              lease -> split(client(split.client()), lease, split.from(), split.parts()));
      case QueueMove.Spend spend ->
          withLease(spend.lease(), lease -> spend(client(spend.client()), lease));
      case QueueMove.Expire expire ->
          withLease(
              expire.lease(), lease -> expire(client(expire.client()), numbers(List.of(lease))));
      case QueueMove.Renew renew -> renew(renew);
      case QueueMove.Submit submit -> withRun(submit.run(), run -> submit(submit, run));
      case QueueMove.Pause pause ->
          withRun(pause.run(), run -> pause(client(pause.client()), run, pause.pause()));
      case QueueMove.Weigh weigh ->
          withRun(weigh.run(), run -> weigh(client(weigh.client()), run, weigh.weight()));
      case QueueMove.Bound bound -> withRun(bound.run(), run -> bound(bound, run));
      case QueueMove.Cancel cancel when cancel.run() >= 0 ->
          withRun(cancel.run(), run -> cancel(client(cancel.client()), run));
      case QueueMove.Cancel _ -> sweep();
      case QueueMove.Close close -> withRun(close.run(), run -> close(client(close.client()), run));
      case QueueMove.Replay replay ->
          withRun(replay.run(), run -> replay(client(replay.client()), run, replay.items()));
      case QueueMove.Drop drop ->
          withRun(drop.run(), run -> drop(client(drop.client()), run, drop.items()));
      case QueueMove.Read read -> withRun(read.run(), run -> read(read, run));
      case QueueMove.Note note -> note(client(note.client()).notes(), note);
      case QueueMove.Look look -> withRun(look.run(), run -> look(client(look.client()), run));
    }
  }

  /** What is done with something there is. */
  private interface Step<T> {
    void take(T with) throws InterruptedException;
  }

  private void withRun(int number, Step<ReferenceRun> step) throws InterruptedException {
    if (!runs.isEmpty()) {
      step.take(runs.get(number % runs.size()));
    }
  }

  private void withLease(int number, Step<Lease> step) throws InterruptedException {
    withLease(number, leases, step);
  }

  private static void withLease(int number, List<Lease> some, Step<Lease> step)
      throws InterruptedException {
    if (!some.isEmpty()) {
      step.take(some.get(number % some.size()));
    }
  }

  private boolean splits(Lease lease) {
    TaskId id = lease.task().id();
    return SimulatedWork.splits(reference.run(id.run()).spec, id.node());
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

  /** Opens a run, or one of the same id with another share, which changes nothing. */
  private void open(WorkQueue client, int number) {
    RunSpec spec = SimulatedWork.pipelines().get(number);
    if (!reference.runs.containsKey(spec.id())) {
      runs.add(reference.open(spec));
      client.open(spec);
    } else {
      RunLimits limits = spec.limits().withShare(7, 1);
      client.open(
          new RunSpec(
              spec.id(), "another", "", spec.lanes(), spec.endsPerItem(), spec.wide(), limits));
    }
  }

  private void submit(QueueMove.Submit move, ReferenceRun run) throws InterruptedException {
    if (run.id().equals(BY_HAND)) {
      return; // whose tasks come from submitters of their own
    }
    List<Submission> all = new ArrayList<>(run.submitted);
    int before = all.size();
    int position = Math.max(0, before - move.overlap());
    for (int number : run.closed ? List.<Integer>of() : move.families()) {
      String family = SimulatedWork.family(run.spec, number, place(run, all.size()));
      String item = "item-" + all.size();
      all.add(SimulatedWork.submission(run.spec, item, family, move.answerable()));
    }
    boolean full = false;
    try {
      client(move.client())
          .enqueue(run.id(), SUBMITTER, position, all.subList(position, all.size()), Duration.ZERO);
    } catch (QueueFullException _) {
      full = true;
    }
    int accepted = (int) fixture.ledger().accepted(run.id(), SUBMITTER);
    List<Item> answered = new ArrayList<>();
    for (Submission item : all.subList(before, accepted)) {
      if (reference.submit(run, item)) {
        answered.add(run.item(item.item()));
      }
    }
    assertThat(full).isEqualTo(accepted < all.size());
    assertThat(!full || reference.mayBeFull(run, all.get(accepted))).as("it is full").isTrue();
    observe(run);
    assertThat(answered).allMatch(item -> item.answered);
  }

  /** A run that begins in the middle has the families first that the lone one had last. */
  private int place(ReferenceRun run, int place) {
    List<RunSpec> all = SimulatedWork.pipelines();
    ReferenceRun lone = reference.runs.get(all.get(SimulatedWork.lone()).id());
    if (lone == null || !run.id().equals(all.get(SimulatedWork.late()).id())) {
      return place;
    }
    int back = lone.submitted.size() - 1 - place;
    return back < 0 ? place : back;
  }

  /** Puts a task into a run that is opened for it. */
  private void put(WorkQueue client, int family) throws InterruptedException {
    ReferenceRun known = reference.runs.get(BY_HAND);
    if (known != null && known.closed) {
      return;
    }
    int number = known == null ? 0 : known.submitted.size();
    Submission item =
        SimulatedWork.submission(
            SimulatedWork.BY_HAND, "item-" + number, SimulatedWork.family(family), false);
    assertThat(client.enqueue(item.first().getFirst())).isEqualTo(item.first().getFirst().id());
    if (known == null) {
      known = reference.open(fixture.ledger().find(BY_HAND).orElseThrow());
      runs.add(known);
    }
    reference.submit(known, item);
  }

  private List<Lease> ask(WorkQueue client, int max, Set<String> services, boolean visits)
      throws InterruptedException {
    sweep();
    boolean mustBeSome = reference.hasTasksFor(services);
    Set<ReferenceRun> heldBack = heldBack();
    List<Lease> handedOut = client.lease(new LeaseRequest(services, max, LONG, Duration.ZERO));
    assertThat(handedOut).hasSizeLessThanOrEqualTo(max);
    assertThat(!mustBeSome || !handedOut.isEmpty()).as("something is handed out").isTrue();
    takeIn(handedOut, services, heldBack);
    if (visits) {
      visit(client, handedOut);
    }
    return handedOut;
  }

  private Set<ReferenceRun> heldBack() {
    Set<ReferenceRun> heldBack = new HashSet<>(runs);
    heldBack.removeIf(run -> !run.isHeldBack());
    return heldBack;
  }

  private void takeIn(List<Lease> handedOut, Set<String> services, Set<ReferenceRun> heldBack)
      throws InterruptedException {
    for (ReferenceRun run : runs) {
      if (run.items.values().stream().anyMatch(Item::mayBeAnswered)) {
        observe(run);
      }
    }
    Map<RunId, Integer> levels = new HashMap<>();
    for (Lease lease : handedOut) {
      reference.lease(lease, services, heldBack);
      RunId run = lease.task().id().run();
      int level = reference.entry(lease.task().id()).lane().level();
      Integer before = levels.put(run, level);
      assertThat(before == null || level <= before || !reference.serviceCaps.isEmpty())
          .as("later nodes first")
          .isTrue();
    }
    leases.addAll(handedOut);
  }

  /** Visits the hosts of leases, at once, and says so. */
  private void visit(WorkQueue client, List<Lease> handedOut) throws InterruptedException {
    List<Visit> visits = new ArrayList<>();
    for (Lease lease : handedOut) {
      Optional<HostLane> host = lease.task().hostLane();
      long now = System.nanoTime();
      if (host.isPresent() && lease.mayStart(now)) {
        TaskId id = lease.task().id();
        visits.add(
            new Visit(
                id.run(),
                id.node(),
                host.get().host(),
                now,
                Duration.ZERO,
                10,
                new Visit.Answer.Fine()));
        reference.run(id.run()).spend(id.node(), new Spending(1, 10, 0, 0, 0));
        visited.add(lease.token());
      }
    }
    client.visited(visits);
  }

  private int work(WorkQueue client, int max, List<How> ways) throws InterruptedException {
    List<Lease> some = ask(client, max, Set.of(), true);
    leases.removeAll(some);
    Map<Lease, How> ended = new LinkedHashMap<>();
    for (int i = 0; i < some.size(); i++) {
      ended.put(some.get(i), ways.get(i % ways.size()));
    }
    settle(client, ended);
    return some.size();
  }

  private void take(WorkQueue client) throws InterruptedException {
    sweep();
    if (reference.hasTasksFor(Set.of())) {
      Set<ReferenceRun> heldBack = heldBack();
      Optional<Lease> lease = client.dequeue();
      assertThat(lease).isPresent();
      takeIn(lease.stream().toList(), Set.of(), heldBack);
    }
  }

  /** Lets the time of what is to be due pass, and has it brought back: as often as that takes. */
  private void sweep() throws InterruptedException {
    List<ReferenceRun.Entry> due =
        runs.stream().flatMap(run -> run.tasks.stream()).filter(t -> t.isDue).toList();
    if (!due.isEmpty()) {
      fixture.elapse(SimulatedWork.MOMENT.multipliedBy(3));
    }
    long leased =
        due.stream().flatMap(t -> t.lease.stream()).map(l -> l.token().lease()).distinct().count();
    long requests = 1 + leased / LEASES_OF_A_REQUEST + due.size() / TASKS_OF_A_REQUEST;
    for (long i = 0; i < requests; i++) {
      assertThat(fixture.queue.lease(new LeaseRequest(OFFERED_BY_NOBODY, 1, LONG, Duration.ZERO)))
          .isEmpty();
    }
    reference.sweep();
  }

  private void settle(WorkQueue client, List<Ending> endings) throws InterruptedException {
    Map<Lease, How> chosen = new LinkedHashMap<>();
    List<Lease> ended = new ArrayList<>();
    for (Ending ending : endings) {
      withLease(
          ending.lease(),
          lease -> {
            if (chosen.putIfAbsent(lease, ending.how()) == null && !ending.again()) {
              ended.add(lease);
            }
          });
    }
    leases.removeAll(ended);
    settle(client, chosen);
  }

  /** What is settled together is booked by kind and by lease. */
  private void settle(WorkQueue client, Map<Lease, How> chosen) throws InterruptedException {
    List<Settlement> ends = new ArrayList<>();
    for (Map.Entry<Lease, How> each : chosen.entrySet()) {
      ends.add(settlement(client, each.getKey(), each.getValue()));
    }
    ends.sort(
        Comparator.comparingInt((Settlement end) -> end instanceof Nack ? 1 : 0)
            .thenComparingLong(end -> end.lease().token().lease())
            .thenComparingInt(end -> end.lease().token().index()));
    List<Settled> answers = settleAll(client, ends);
    assertThat(answers).hasSameSizeAs(ends);
    for (int i = 0; i < ends.size(); i++) {
      assertThat(answers.get(i)).as("%s", ends.get(i)).isIn(allowed(ends.get(i)));
    }
    for (int i = 0; i < ends.size(); i++) {
      if (answers.get(i) instanceof Settled.Booked && ends.get(i) instanceof Completion) {
        forgetCollected(client, ends.get(i).lease());
      }
    }
  }

  private void forgetCollected(WorkQueue client, Lease lease) throws InterruptedException {
    if (collects(lease)) {
      client.dropCollected(lease, reference.collected(lease).size());
      if (!reference.run(lease.task().id().run()).cancelled) {
        assertThat(client.collected(lease, 0)).as("what %s collected", lease).isEmpty();
      }
    }
  }

  /** One end goes another way than many. */
  private static List<Settled> settleAll(WorkQueue client, List<Settlement> ends)
      throws InterruptedException {
    if (ends.size() != 1) {
      return client.settle(ends);
    }
    return List.of(
        switch (ends.getFirst()) {
          case Completion completion -> client.complete(completion);
          case Nack nack -> client.nack(nack);
        });
  }

  /** What an engine says of a lease, once it has done what it had to do under it. */
  private Settlement settlement(WorkQueue client, Lease lease, How how)
      throws InterruptedException {
    RunSpec run = reference.run(lease.task().id().run()).spec;
    boolean isUsed = visited.contains(lease.token()) || lease.task().hostLane().isEmpty();
    boolean wasUnused = how == How.HAND_BACK_UNUSED || how == How.HAND_BACK_ELSEWHERE;
    Settlement end = work.settlement(run, lease, wasUnused && isUsed ? How.HAND_BACK : how);
    if (end instanceof Completion && splits(lease)) {
      split(client, lease, 0, Integer.MAX_VALUE);
    }
    if (end instanceof Completion && collects(lease)) {
      collect(client, lease);
    }
    return end;
  }

  private boolean collects(Lease lease) {
    TaskId id = lease.task().id();
    return SimulatedWork.source(reference.run(id.run()).spec, id.node()).isPresent();
  }

  /** Reads what a node collects, which must be there whole and in order. */
  private void collect(WorkQueue client, Lease lease) throws InterruptedException {
    if (!reference.isCurrent(lease)) {
      return;
    }
    RunSpec run = reference.run(lease.task().id().run()).spec;
    List<Item> parts = reference.collected(lease);
    String last = SimulatedWork.source(run, lease.task().id().node()).orElseThrow().last();
    CollectedPage page = client.collected(lease, 0).orElseThrow();
    assertThat(page.parts()).as("parts of %s", lease.task().id()).isEqualTo(parts.size());
    assertThat(page.outputs()).hasSameSizeAs(parts);
    for (int i = 0; i < parts.size(); i++) {
      reference.stands(
          SimulatedWork.task(run, "", last, Specs.textOf(parts.get(i).submission.input())).key(),
          Specs.textOf(page.outputs().get(i)));
    }
  }

  private List<Settled> allowed(Settlement end) {
    Lease lease = end.lease();
    reference.offer(end.progress().results());
    if (!reference.isCurrent(lease)) {
      return List.of(new Settled.LeaseLost(lease.token()));
    }
    boolean wasDead = reference.entry(lease.task().id()).item.dead;
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

  private void find(WorkQueue client, Lease lease, List<Integer> numbers)
      throws InterruptedException {
    RunSpec run = reference.run(lease.task().id().run()).spec;
    int limit = SimulatedWork.mostFound(lease.task().id().node());
    List<Emission> found = numbers.stream().map(n -> SimulatedWork.found(run, n)).toList();
    assertThat(client.emit(lease, found, limit))
        .as("what becomes of items %s that %s found", numbers, lease.task().id())
        .isEqualTo(reference.find(lease, found, limit));
  }

  private void split(WorkQueue client, Lease lease, int from, int most)
      throws InterruptedException {
    RunSpec run = reference.run(lease.task().id().run()).spec;
    List<Emission> all = SimulatedWork.parts(run, lease.task());
    int begin = Math.min(from, all.size());
    List<Emission> some = all.subList(begin, begin + Math.min(most, all.size() - begin));
    if (!some.isEmpty()) {
      assertThat(client.emitParts(lease, some, begin))
          .as("what becomes of %d parts of %s from %d on", some.size(), lease, begin)
          .isEqualTo(reference.split(lease, some, begin));
    }
  }

  private void spend(WorkQueue client, Lease lease) throws InterruptedException {
    TaskId id = lease.task().id();
    Spending spending = new Spending(0, 0, 3, 2, 1);
    client.spent(List.of(new Expense(id.run(), id.node(), spending)));
    reference.run(id.run()).spend(id.node(), spending);
  }

  private static Set<Long> numbers(List<Lease> some) {
    Set<Long> numbers = new HashSet<>();
    some.forEach(lease -> numbers.add(lease.token().lease()));
    return numbers;
  }

  private void expire(WorkQueue client, Set<Long> numbers) throws InterruptedException {
    sweep();
    client.renew(new Heartbeat("worker", Set.of("A"), 1, numbers, SimulatedWork.MOMENT));
    for (long number : numbers) {
      reference.leased(number).forEach(entry -> entry.isDue = true);
    }
  }

  private void renew(QueueMove.Renew move) throws InterruptedException {
    sweep();
    Set<Long> numbers = new HashSet<>();
    for (int i = 0; i < move.count(); i++) {
      withLease(move.from() + i, lease -> numbers.add(lease.token().lease()));
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
          .forEach(entry -> cancelled.add(entry.item.run.id()));
    }
    assertThat(renewal.cancelled()).isEqualTo(cancelled);
  }

  private void pause(WorkQueue client, ReferenceRun run, boolean pause) {
    if (isFinished(run)) {
      return;
    }
    run.paused = pause;
    if (pause) {
      client.ledger().pause(run.id());
    } else {
      client.ledger().resume(run.id());
    }
  }

  private static void weigh(WorkQueue client, ReferenceRun run, int weight) {
    client.ledger().weigh(run.id(), weight);
    run.weight = weight;
  }

  private void bound(QueueMove.Bound move, ReferenceRun run) {
    LaneSpec lane = run.spec.lanes().get(move.node() % run.spec.lanes().size());
    Cap cap =
        switch (move.what()) {
          case RUN -> new Cap.OfRun(run.id());
          case NODE -> new Cap.OfNode(run.id(), lane.node());
          case SERVICE -> new Cap.OfService(lane.service());
        };
    client(move.client()).ledger().cap(cap, move.most());
    switch (cap) {
      case Cap.OfRun _ -> run.maxLeased = move.most();
      case Cap.OfNode(RunId _, String node) -> run.nodeCaps.put(node, move.most());
      case Cap.OfService(String service) when move.most() == Cap.NONE ->
          reference.serviceCaps.remove(service);
      case Cap.OfService(String service) -> reference.serviceCaps.put(service, move.most());
    }
    assertThat(fixture.ledger().serviceCaps()).isEqualTo(reference.caps());
  }

  private void cancel(WorkQueue client, ReferenceRun run) throws InterruptedException {
    sweep();
    boolean goesOn = !isFinished(run);
    client.ledger().cancel(run.id());
    if (goesOn) {
      ReferenceQueue.cancel(run);
    }
  }

  /** Whether a run is over, which nobody can tell while a task of a dead item may be left. */
  private boolean isFinished(ReferenceRun run) {
    boolean finished = fixture.ledger().status(run.id()).finished().isPresent();
    if (run.isOver() || !run.mayBeOver()) {
      assertThat(finished).as("the end of %s", run.id()).isEqualTo(run.isOver());
    }
    return finished;
  }

  private static void close(WorkQueue client, ReferenceRun run) {
    client.closeInput(run.id());
    run.closed = true;
  }

  /** Some items that are dead or excluded, whose letters must all be there. */
  private List<Item> letters(ReferenceRun run, int some) {
    RunLedger ledger = fixture.ledger();
    assertThat(items(ledger.deadLetters(run.id(), "", 1_000))).isEqualTo(ids(run.letters(false)));
    assertThat(items(ledger.excluded(run.id(), "", 1_000))).isEqualTo(ids(run.letters(true)));
    return Stream.concat(run.letters(false).stream(), run.letters(true).stream())
        .limit(some)
        .toList();
  }

  private static List<String> items(List<DeadLetter> letters) {
    return letters.stream().map(letter -> letter.task().id().item()).toList();
  }

  private static List<String> ids(List<Item> items) {
    return items.stream().map(Item::id).sorted().toList();
  }

  private void replay(WorkQueue client, ReferenceRun run, int some) {
    List<String> chosen = letters(run, some).stream().map(Item::id).toList();
    long replayed = client.ledger().replay(run.id(), chosen);
    long expected = 0;
    for (String item : chosen) {
      expected += run.item(item).replay() ? 1 : 0;
      run.collect();
    }
    assertThat(replayed).as("replayed of %s", chosen).isEqualTo(expected);
  }

  private void drop(WorkQueue client, ReferenceRun run, int some) {
    List<Item> chosen = letters(run, some);
    List<String> ids = chosen.stream().map(Item::id).toList();
    assertThat(client.ledger().drop(run.id(), ids)).isEqualTo(chosen.size());
    chosen.forEach(item -> item.hasLetter = false);
    run.dropped += chosen.size();
  }

  private void read(QueueMove.Read move, ReferenceRun run) throws InterruptedException {
    RunLedger ledger = client(move.client()).ledger();
    observe(run);
    String from =
        ledger
            .delivered(run.id(), READER)
            .map(RunLedger.Delivery::position)
            .orElse(ResultBatch.START);
    ResultBatch batch = ledger.results(run.id(), from, move.max(), Duration.ZERO);
    int to = Math.min(run.results.size(), run.delivered + move.max());
    assertThat(batch.results()).isEqualTo(run.results.subList(run.delivered, to));
    boolean mayEnd = run.mayBeOver() && to == run.results.size();
    assertThat(!batch.ended() || mayEnd).as("the end of %s", run.id()).isTrue();
    RunLedger.Delivery delivery = new RunLedger.Delivery(batch.position(), to);
    if (move.trims()) {
      backstage.trim(run.id(), READER, delivery);
    } else {
      ledger.deliver(run.id(), READER, delivery);
    }
    assertThat(ledger.delivered(run.id(), READER)).contains(delivery);
    run.delivered = to;
  }

  private void look(WorkQueue client, ReferenceRun run) {
    RunLedger ledger = client.ledger();
    assertThat(ledger.find(run.id())).contains(run.spec);
    assertThat(ledger.runs()).containsExactlyElementsOf(reference.runs.keySet());
    assertThat(ledger.why(run.id()).verdict() == Explanation.Verdict.OVER)
        .isEqualTo(isFinished(run));
    assertThat(ledger.serviceCaps()).isEqualTo(reference.caps());
    letters(run, 0);
    backstage.isSound();
  }

  /** A note and a claim of one number have names of their own. */
  private void note(Notes notes, QueueMove.Note move) {
    String note = "note-" + move.name();
    String claim = "claim-" + move.name();
    switch (move.what()) {
      case PUT -> {
        String text = "text " + reference.notes.size() + " of client " + move.client();
        notes.put(note, text.getBytes(UTF_8), LONG);
        reference.notes.put(note, text);
      }
      case CLAIM ->
          assertThat(notes.claim(claim, LONG))
              .as("whether %s was free", claim)
              .isEqualTo(reference.notes.putIfAbsent(claim, "") == null);
      case FORGET -> {
        for (String name : List.of(note, claim)) {
          notes.forget(name);
          reference.notes.remove(name);
        }
      }
    }
    for (WorkQueue client : clients) {
      assertThat(client.notes().find(note).map(text -> new String(text, UTF_8)))
          .isEqualTo(Optional.ofNullable(reference.notes.get(note)));
    }
  }

  /** Reads what results of a run there are since it was last called. */
  private void observe(ReferenceRun run) throws InterruptedException {
    String position = positions.getOrDefault(run.id(), ResultBatch.START);
    ResultBatch batch = fixture.ledger().results(run.id(), position, 10_000, Duration.ZERO);
    batch.results().forEach(reference::result);
    positions.put(run.id(), batch.position());
  }

  private void compare() throws InterruptedException {
    Map<ReferenceRun, Receipt> receipts = new LinkedHashMap<>();
    for (ReferenceRun run : runs) {
      Receipt receipt = fixture.ledger().receipt(run.id());
      receipts.put(run, receipt);
      if (receipt.status().undeliveredResults() != run.results.size() - run.delivered) {
        observe(run);
      }
    }
    receipts.forEach(ComparedBooks::agree);
  }

  /** Goes on without troubles until all is over, then with what can be replayed. */
  private void drain() throws InterruptedException {
    for (ReferenceRun run : runs) {
      if (run.tasks.stream().anyMatch(t -> t.state == State.DELAYED && !t.isDue)) {
        cancel(fixture.queue, run);
      }
      pause(fixture.queue, run, false);
      close(fixture.queue, run);
    }
    // what is still leased is lost with its worker
    expire(fixture.queue, numbers(leases));
    leases.clear();
    workOff();
    boolean hasLetters = false;
    for (ReferenceRun run : runs) {
      hasLetters |= !letters(run, 1).isEmpty();
      replay(fixture.queue, run, Integer.MAX_VALUE);
    }
    if (hasLetters) {
      workOff();
    }
    for (ReferenceRun run : runs) {
      read(new QueueMove.Read(0, 0, 1_000, false), run);
      assertThat(run.delivered).isEqualTo(run.results.size());
      assertThat(run.letters(false))
          .as("what dies only of parts whose letters were dropped")
          .allMatch(item -> item.lacksParts || run.cancelled);
    }
  }

  private void workOff() throws InterruptedException {
    for (int rests = 0; !isOver() && rests < MOST_RESTS; rests++) {
      deliver();
      while (work(fixture.queue, 40, List.of(How.COMPLETE)) > 0) {
        compare();
        deliver();
      }
      compare();
      if (!isOver()) {
        fixture.elapse(REST);
      }
    }
    assertThat(ask(fixture.queue, 40, Set.of(), false)).as("what is left").isEmpty();
    for (ReferenceRun run : runs) {
      ComparedBooks.areClosed(run, fixture.ledger().receipt(run.id()));
    }
  }

  /** Whether nothing is left to do, and the queue says so of each run. */
  private boolean isOver() {
    return reference.isOver()
        && runs.stream().allMatch(run -> fixture.ledger().status(run.id()).finished().isPresent());
  }

  /** Lets all results be delivered, which would hold their runs back. */
  private void deliver() throws InterruptedException {
    for (ReferenceRun run : runs) {
      if (run.isHeldBack()) {
        read(new QueueMove.Read(0, 0, 100, false), run);
      }
    }
  }
}
