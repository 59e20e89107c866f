package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Runs, items and tasks for tests of queues and of what stands on them. Nodes are named by a
 * letter, and the service of a node is its letter in capitals.
 */
public final class Specs {
  private static final Duration RETENTION = Duration.ofHours(1);

  private Specs() {}

  /** A run without nodes so far. */
  public static RunBuilder run(String id) {
    return new RunBuilder(id);
  }

  /** A run of the one node {@code a}. */
  public static RunBuilder single(String run) {
    return new RunBuilder(run).node("a");
  }

  /** {@code a -> b}. */
  public static RunBuilder chain(String run) {
    return single(run).node("b", "a");
  }

  /** {@code a -> b, a -> c}: two results an item. */
  public static RunBuilder fork(String run) {
    return chain(run).node("c", "a").wide();
  }

  /** {@code a -> b -> d, a -> c -> d}: d joins. */
  public static RunBuilder diamond(String run) {
    return fork(run).node("d", "b", "c");
  }

  /**
   * {@code a} splits, {@code b} splits each part; {@code d} and {@code e} collect.
   *
   * @param ends how many last nodes the items that are submitted pass
   */
  static RunBuilder collectingTwice(String run, int ends) {
    return single(run)
        .splits(ends)
        .node("b")
        .splits(1)
        .partsOf("a")
        .node("c")
        .ends(1)
        .partsOf("b")
        .node("d")
        .ends(1)
        .partsOf("a")
        .collects("b", "c")
        .node("e")
        .ends(ends)
        .collects("a", "d");
  }

  public static RunLimits limits(
      long maxDepth, long undeliveredResults, Duration resultTtl, Duration retention) {
    return new RunLimits(
        maxDepth,
        undeliveredResults,
        64L << 20,
        resultTtl,
        64L << 20,
        retention,
        QueueFixture.LONG);
  }

  /** An item that is its own name, with tasks for all first nodes and keys of its own run. */
  public static Submission item(RunSpec run, String item) {
    return item(run, item, run.id().value(), text(item), List.of());
  }

  /** An item whose keys are those of all runs with the same scope. */
  public static Submission shared(RunSpec run, String item, String scope) {
    return item(run, item, scope, text(item), List.of());
  }

  /** An item that is done at once if results stand under its last nodes' keys. */
  public static Submission answerable(RunSpec run, String item, String scope) {
    List<IdempotencyKey> keys = lastNodes(run).stream().map(n -> key(scope, n, item)).toList();
    return item(run, item, scope, text(item), keys);
  }

  /** An item whose first tasks visit a host. */
  public static Submission visiting(RunSpec run, String item, HostLane host) {
    Submission submission = item(run, item);
    List<Task> first = submission.first().stream().map(task -> task.in(host)).toList();
    return new Submission(item, submission.input(), first, submission.lastKeys());
  }

  /** Names of so many items. */
  static String[] names(int count) {
    return IntStream.range(0, count).mapToObj(i -> "x" + i).toArray(String[]::new);
  }

  /** So many items as {@link #shared(RunSpec, String, String)} makes them. */
  static List<Submission> shared(RunSpec run, int count, String scope) {
    return Stream.of(names(count)).map(item -> shared(run, item, scope)).toList();
  }

  /** So many items as {@link #answerable(RunSpec, String, String)} makes them. */
  static List<Submission> answerable(RunSpec run, int count, String scope) {
    return Stream.of(names(count)).map(item -> answerable(run, item, scope)).toList();
  }

  private static Submission item(
      RunSpec run, String item, String scope, Payload input, List<IdempotencyKey> lastKeys) {
    List<Task> first =
        run.lanes().stream()
            .filter(LaneSpec::isFirst)
            .map(lane -> task(run, item, lane.node(), scope))
            .toList();
    return new Submission(item, input, first, lastKeys);
  }

  public static Task task(RunSpec run, String item, String node, String scope) {
    String service = run.lanes().get(run.laneOf(node)).service();
    TaskId id = new TaskId(run.id(), item, node);
    return new Task(id, service, key(scope, node, item), text(item));
  }

  public static IdempotencyKey key(String scope, String node, String item) {
    JsonNode input = JsonNodeFactory.instance.stringNode(item);
    return IdempotencyKey.Scope.of(scope, node).key(IdempotencyKey.digest(input));
  }

  /** The nodes that no other one reads, in lane order. */
  public static List<String> lastNodes(RunSpec run) {
    return run.lanes().stream()
        .map(LaneSpec::node)
        .filter(node -> successors(run, node).isEmpty())
        .toList();
  }

  public static List<LaneSpec> successors(RunSpec run, String node) {
    return run.lanes().stream().filter(lane -> lane.inputs().contains(node)).toList();
  }

  /** A payload that is a JSON string. */
  public static Payload text(String text) {
    return Payload.of(JsonNodeFactory.instance.stringNode(text));
  }

  public static String textOf(Payload payload) {
    return payload.decode().asString();
  }

  /** Text that compression does not make much smaller. */
  public static String noise(long seed, int length) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append((char) ('0' + random.nextInt(75)));
    }
    return text.toString();
  }

  /** Builds a run. */
  public static final class RunBuilder {
    private final String id;
    private String pipeline = "pipeline";
    private final List<LaneSpec> lanes = new ArrayList<>();
    private final Map<String, Integer> ends = new HashMap<>();
    private final Set<String> splitting = new HashSet<>();
    private final Map<String, Collecting.Source> sources = new HashMap<>();
    private final Map<String, String> splitBy = new HashMap<>();
    private int maxAttempts = 3;
    private boolean wide;
    private RunLimits limits = Specs.limits(10_000, 100_000, Duration.ofHours(1), RETENTION);

    private RunBuilder(String id) {
      this.id = id;
    }

    public RunBuilder node(String node, String... inputs) {
      int level = 0;
      for (LaneSpec lane : lanes) {
        if (List.of(inputs).contains(lane.node())) {
          level = Math.max(level, lane.level() + 1);
        }
      }
      lanes.add(new LaneSpec(node, node.toUpperCase(Locale.ROOT), level, List.of(inputs), 3));
      return this;
    }

    /** Gives the run another pipeline than all runs have that do not say. */
    public RunBuilder pipeline(String name) {
      pipeline = name;
      return this;
    }

    /** Gives the node that was named last a cap. */
    public RunBuilder nodeCap(int most) {
      LaneSpec last = lanes.removeLast();
      lanes.add(new LaneSpec(last.node(), last.service(), last.level(), last.inputs(), 3, most));
      return this;
    }

    /** Lets the node that was named last split its items, which pass so many last nodes. */
    public RunBuilder splits(int ends) {
      splitting.add(lanes.getLast().node());
      return ends(ends);
    }

    /** The node that was named last is executed for the items that another splits its own into. */
    public RunBuilder partsOf(String split) {
      splitBy.put(lanes.getLast().node(), split);
      return this;
    }

    /** Lets the node that was named last collect outputs of such items. */
    public RunBuilder collects(String split, String last) {
      sources.put(lanes.getLast().node(), new Collecting.Source(split, last));
      return this;
    }

    private Optional<String> collectorOf(Optional<String> split) {
      return sources.entrySet().stream()
          .filter(each -> split.equals(Optional.of(each.getValue().split())))
          .map(Map.Entry::getKey)
          .findFirst();
    }

    private Collecting collecting(String node) {
      return new Collecting(
          collectorOf(Optional.ofNullable(splitBy.get(node))),
          collectorOf(Optional.of(node)),
          Optional.ofNullable(sources.get(node)));
    }

    /** The items of the node that was named last pass so many last nodes; default: all. */
    public RunBuilder ends(int count) {
      ends.put(lanes.getLast().node(), count);
      return this;
    }

    public RunBuilder weight(int weight) {
      return limits(limits.withShare(weight, limits.maxLeased()));
    }

    public RunBuilder cap(int most) {
      return limits(limits.withShare(limits.weight(), most));
    }

    public RunBuilder wide() {
      wide = true;
      return this;
    }

    public RunBuilder maxAttempts(int attempts) {
      maxAttempts = attempts;
      return this;
    }

    public RunBuilder limits(RunLimits ofRun) {
      limits = ofRun;
      return this;
    }

    public RunBuilder visibility(Duration ofLeases) {
      return limits(
          new RunLimits(
              limits.maxDepth(),
              limits.undeliveredResults(),
              limits.undeliveredBytes(),
              limits.resultTtl(),
              limits.resultBudget(),
              limits.retention(),
              ofLeases));
    }

    public RunBuilder maxDepth(long tasks) {
      return limits(Specs.limits(tasks, 100_000, Duration.ofHours(1), RETENTION));
    }

    public RunBuilder undeliveredResults(long results) {
      return limits(Specs.limits(10_000, results, Duration.ofHours(1), RETENTION));
    }

    public RunSpec build() {
      RunSpec draft = new RunSpec(new RunId(id), pipeline, "", lanes, 1, wide, limits);
      int allEnds = lastNodes(draft).size();
      List<LaneSpec> all =
          lanes.stream()
              .map(l ->
                  new LaneSpec(
                      l.node(),
                      l.service(),
                      l.level(),
                      l.inputs(),
                      maxAttempts,
                      l.maxLeased(),
                      ends.getOrDefault(l.node(), allEnds),
                      splitting.contains(l.node()),
                      collecting(l.node())))
              .toList();
      return new RunSpec(
          draft.id(), pipeline, "definition of " + id, all, all.getFirst().ends(), wide, limits);
    }
  }
}
