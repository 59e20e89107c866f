package dev.stygian.graph.queue;

import dev.stygian.graph.queue.QueueMove.How;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What an engine does in a {@link QueueSimulation}: the runs that it opens, the tasks of an item,
 * and how the lease of one ends. An item is of a family: all items of one have equal inputs, and so
 * equal keys at each node, in whatever run of the pipeline. Half of the families visit a host at
 * some nodes.
 */
final class SimulatedWork {
  /** A moment, after which what has to wait for that is due. */
  static final Duration MOMENT = Duration.ofMillis(1);

  /** A delay that does not end while a simulation goes on. */
  static final Duration LATE = Duration.ofHours(1);

  /** Families of the runs whose items come again and again. */
  private static final int FAMILIES = 6;

  /** What chooses families goes up to this number, which alone repeats a key of a lone run. */
  static final int MOST_FAMILY = 8 * FAMILIES - 1;

  /** How many items before the repeated one its key came first. */
  private static final int BACK = 4;

  private static final String LONE = "lonely";

  /** One that is visited one by one, one at an interval, and one that has both. */
  private static final List<HostLane> HOSTS =
      List.of(
          new HostLane("one.example", Duration.ZERO, 1),
          new HostLane("slow.example", Duration.ofMillis(5), 0),
          new HostLane("both.example", Duration.ofMillis(8), 2));

  private static final List<String> VISITING = List.of("a", "c", "m");

  /** A run of tasks that are put in by hand, which are of no pipeline's keys. */
  static final RunSpec BY_HAND = Specs.single("by hand").pipeline("by hand").build();

  private int executions;

  /**
   * The runs: of one chain, twice, with equal keys; of a pipeline with two first nodes, a join and
   * two last nodes, of which one first node has the keys of theirs; and of one that splits its
   * items, splits the parts too, and collects both. A key of a first node is never one of a later
   * node, since it names the node.
   *
   * <p>The last two are of a pipeline of their own, whose items have a family each. The first of
   * them begins with its keys to itself; the other one has the same families, and is not opened
   * before a move says so.
   */
  static List<RunSpec> pipelines() {
    return List.of(
        Specs.chain("one").maxDepth(30).build(),
        Specs.chain("two").undeliveredResults(6).weight(2).cap(6).build(),
        Specs.single("wide").node("e").node("c", "a", "e").node("d", "e").wide().build(),
        splitting().build(),
        Specs.chain("lone").pipeline(LONE).build(),
        Specs.chain("late").pipeline(LONE).build());
  }

  /** The number of the run that has its keys to itself until the next one begins. */
  static int lone() {
    return late() - 1;
  }

  /** The number of the run that begins in the middle. */
  static int late() {
    return pipelines().size() - 1;
  }

  private static Specs.RunBuilder splitting() {
    return Specs.run("split")
        .node("k")
        .splits(1)
        .node("l")
        .splits(1)
        .partsOf("k")
        .node("m")
        .ends(1)
        .partsOf("l")
        .node("n", "m")
        .ends(1)
        .partsOf("l")
        .node("o")
        .ends(1)
        .partsOf("k")
        .collects("l", "n")
        .node("p")
        .ends(1)
        .collects("k", "o");
  }

  static String family(int number) {
    return "x" + number % FAMILIES;
  }

  /**
   * The family of a submitted item.
   *
   * @param place how many items its run has before it
   */
  static String family(RunSpec run, int number, int place) {
    if (!run.pipelineId().equals(LONE)) {
      return family(number);
    }
    return "x" + (number == MOST_FAMILY ? Math.max(0, place - BACK) : place);
  }

  private static int number(String family) {
    return Integer.parseInt(family.substring(1));
  }

  private static LaneSpec lane(RunSpec run, String node) {
    return run.lanes().get(run.laneOf(node));
  }

  /** A task of an item of a family. */
  static Task task(RunSpec run, String item, String node, String family) {
    Task model = Specs.task(run, family, node, run.pipelineId());
    Task task =
        new Task(
            new TaskId(run.id(), item, node), model.service(), model.key(), Specs.text(family));
    int host = number(family) % FAMILIES - (FAMILIES - HOSTS.size());
    return host >= 0 && VISITING.contains(node) ? task.in(HOSTS.get(host)) : task;
  }

  private static List<Task> tasks(RunSpec run, String item, List<String> nodes, String family) {
    return nodes.stream().map(node -> task(run, item, node, family)).toList();
  }

  /** The nodes that an item begins with which is submitted. */
  private static List<String> firstNodes(RunSpec run) {
    return run.lanes().stream()
        .filter(lane -> lane.isFirst() && lane.collecting().itemsAt().isEmpty())
        .map(LaneSpec::node)
        .toList();
  }

  /** The nodes whose outputs are the results of an item that is no part of another. */
  static List<String> lastNodes(RunSpec run) {
    return Specs.lastNodes(run).stream()
        .filter(node -> !lane(run, node).splits())
        .filter(node -> lane(run, node).collecting().itemsAt().isEmpty())
        .toList();
  }

  /** An item to be put in; {@code answerable}: it is done if its results are known. */
  static Submission submission(RunSpec run, String item, String family, boolean answerable) {
    List<IdempotencyKey> lastKeys =
        answerable && lastNodes(run).equals(Specs.lastNodes(run))
            ? lastNodes(run).stream()
                .map(node -> Specs.key(run.pipelineId(), node, family))
                .toList()
            : List.of();
    return new Submission(
        item, Specs.text(family), tasks(run, item, firstNodes(run), family), lastKeys);
  }

  /**
   * An item that an execution finds; some of those of a chain begin at its second node, and some of
   * a lone run are of a family that is there.
   *
   * @param number what it is: two of one number are the same
   */
  static Emission found(RunSpec run, int number) {
    boolean beginsLater = number % 3 == 2 && !run.wide() && lastNodes(run).contains("b");
    List<String> nodes = beginsLater ? List.of("b") : firstNodes(run);
    return emission(run, "found-" + number, nodes, family(run, number, number));
  }

  /** How many of the items that executions of a node find it may emit in all; 0: any number. */
  static int mostFound(String node) {
    return node.equals("b") ? 0 : 4;
  }

  /** All parts of the item of a lease whose node splits it. */
  static List<Emission> parts(RunSpec run, Task split) {
    TaskId id = split.id();
    List<String> nodes =
        run.lanes().stream()
            .filter(LaneSpec::isFirst)
            .filter(lane ->
                lane.collecting().itemsAt().equals(lane(run, id.node()).collecting().partsAt()))
            .map(LaneSpec::node)
            .toList();
    int from = number(Specs.textOf(split.input()));
    return IntStream.range(0, Math.floorMod((id.item() + id.node()).hashCode(), 3))
        .mapToObj(
            i -> emission(run, Collecting.part(id.item(), id.node(), i), nodes, family(from + i)))
        .toList();
  }

  private static Emission emission(RunSpec run, String item, List<String> nodes, String family) {
    return new Emission(item, Specs.text(family), tasks(run, item, nodes, family));
  }

  /** Whether a node splits its items. */
  static boolean splits(RunSpec run, String node) {
    return lane(run, node).splits();
  }

  /** What a node collects; empty: nothing. */
  static Optional<Collecting.Source> source(RunSpec run, String node) {
    return lane(run, node).collecting().source();
  }

  /** How a lease ends. */
  Settlement settlement(RunSpec run, Lease lease, How how) {
    return switch (how) {
      case COMPLETE -> new Completion(lease, worked(run, lease));
      case CHAIN ->
          follower(run, lease)
              .<Settlement>map(next -> chain(run, lease, next))
              .orElseGet(() -> new Completion(lease, worked(run, lease)));
      case CHAIN_PASSED ->
          follower(run, lease)
              .filter(_ -> lease.stored().isEmpty())
              .<Settlement>map(next -> passed(run, lease, next))
              .orElseGet(() -> new Completion(lease, worked(run, lease)));
      case CHAIN_RETRY ->
          follower(run, lease)
              .<Settlement>map(next -> failed(run, lease, next))
              .orElseGet(() -> nack(lease, new Nack.Verdict.Retry("no", Duration.ZERO)));
      case RETRY -> nack(lease, new Nack.Verdict.Retry("no", Duration.ZERO));
      case RETRY_SOON -> nack(lease, new Nack.Verdict.Retry("no", MOMENT));
      case RETRY_LATE -> nack(lease, new Nack.Verdict.Retry("no", LATE));
      case BURY -> nack(lease, new Nack.Verdict.Bury("never"));
      case EXCLUDE -> nack(lease, new Nack.Verdict.Exclude("by rule"));
      case HAND_BACK -> nack(lease, new Nack.Verdict.HandBack());
      case HAND_BACK_SOON -> nack(lease, new Nack.Verdict.HandBack(false, MOMENT));
      case HAND_BACK_UNUSED -> nack(lease, new Nack.Verdict.HandBack(true, Duration.ZERO));
      case HAND_BACK_ELSEWHERE ->
          new Nack(
              lease,
              List.of(),
              lease.task().inNoLane(),
              lease.attempt(),
              new Nack.Verdict.HandBack(true, Duration.ZERO));
    };
  }

  private static Nack nack(Lease lease, Nack.Verdict verdict) {
    return new Nack(lease, List.of(), lease.task(), lease.attempt(), verdict);
  }

  /** The node of a lease alone has worked. */
  private Progress worked(RunSpec run, Lease lease) {
    Task task = lease.task();
    String node = task.id().node();
    if (splits(run, node)) {
      return new Progress(List.of(node), List.of(), releases(run, task));
    }
    NodeResult result = result(run, task, output(lease), lease.attempt());
    return new Progress(List.of(), List.of(result), releases(run, task));
  }

  private Completion chain(RunSpec run, Lease lease, Task next) {
    String output = output(lease);
    return new Completion(
        lease,
        List.of(
            result(run, lease.task(), output, lease.attempt()),
            result(run, next, after(output, next), 1)),
        releases(run, next));
  }

  private Completion passed(RunSpec run, Lease lease, Task next) {
    NodeResult result = result(run, next, after(output(lease), next), 1);
    List<String> node = List.of(lease.task().id().node());
    return new Completion(lease, new Progress(node, List.of(result), releases(run, next)));
  }

  private Nack failed(RunSpec run, Lease lease, Task next) {
    NodeResult result = result(run, lease.task(), output(lease), lease.attempt());
    return new Nack(
        lease, List.of(result), next, 1, new Nack.Verdict.Retry("not the second", Duration.ZERO));
  }

  private static String after(String output, Task next) {
    return output + " and then " + next.id().node();
  }

  private String output(Lease lease) {
    executions++;
    return lease
        .stored()
        .map(stored -> Specs.textOf(stored.output()))
        .orElseGet(() -> "execution " + executions + " of " + lease.task().id().node());
  }

  private static NodeResult result(RunSpec run, Task task, String output, int attempts) {
    String node = task.id().node();
    boolean last = lastNodes(run).contains(node);
    return new NodeResult(node, task.key(), Specs.text(output), attempts, last, !last);
  }

  /** The task that alone follows a lease's, if one does; then an engine goes on with it. */
  private static Optional<Task> follower(RunSpec run, Lease lease) {
    List<Release> releases = releases(run, lease.task());
    return releases.size() == 1
            && releases.getFirst().predecessors() == 1
            && !splits(run, lease.task().id().node())
        ? Optional.of(releases.getFirst().task())
        : Optional.empty();
  }

  private static List<Release> releases(RunSpec run, Task task) {
    TaskId id = task.id();
    String family = Specs.textOf(task.input());
    List<Release> all = new ArrayList<>();
    for (LaneSpec next : Specs.successors(run, id.node())) {
      all.add(new Release(task(run, id.item(), next.node(), family), next.inputs().size()));
    }
    lane(run, id.node())
        .collecting()
        .partsAt()
        .ifPresent(node -> all.add(new Release(task(run, id.item(), node, family), 1)));
    return all;
  }
}
