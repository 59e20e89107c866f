package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.error.QueueRefusedException;
import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.queue.Cap;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLimits;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.settings.Durability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The runs of a queue by id and by number. What a run was opened with never changes, so it is read
 * once and kept, up to a bound.
 */
final class OpenRuns {
  /** The layout of keys and scripts; a queue written by another is refused. */
  static final String PROTOCOL = "7";

  /** Behind the numbers of a run's limits, which readers that do not know it pass over. */
  private static final String REPLICATED = " replicated";

  private static final int MOST_KEPT = 10_000;

  private final RedisLink link;
  private final Keys keys;
  private final SoleRuns sole;
  private final Map<RunId, Known> byId = new ConcurrentHashMap<>();
  private final Map<Long, Known> byNumber = new ConcurrentHashMap<>();

  /** A run and the number that its keys carry. */
  record Known(long number, RunSpec spec) {}

  OpenRuns(RedisLink link, Keys keys, SoleRuns sole) {
    this.link = link;
    this.keys = keys;
    this.sole = sole;
  }

  /** Opens a run, which has its keys to itself if it is the first of its pipeline. */
  Known open(RunSpec spec) throws InterruptedException {
    return open(spec, sole.process());
  }

  /** Opens a run some of whose keys may be those of runs of other pipelines. */
  Known openBesideOthers(RunSpec spec) throws InterruptedException {
    return open(spec, SoleRuns.NOBODY);
  }

  private Known open(RunSpec spec, String process) throws InterruptedException {
    List<byte[]> arguments = new ArrayList<>();
    RunLimits limits = spec.limits();
    for (Object field :
        List.of(
            PROTOCOL,
            spec.id().value(),
            spec.pipelineId(),
            spec.definition(),
            spec.wide() ? "1" : "0",
            readersText(spec),
            limits.undeliveredResults(),
            limits.undeliveredBytes(),
            limits.resultTtl().toMillis(),
            limits.resultBudget(),
            limits.retention().toMillis(),
            limits.visibility().toMillis(),
            lastNode(spec),
            limits.weight(),
            limits.maxLeased(),
            caps(spec),
            spec.next().map(RunId::value).orElse(""),
            process)) {
      arguments.add(bytes(String.valueOf(field)));
    }
    spec.lanes().forEach(lane -> arguments.add(bytes(laneText(spec, lane))));
    List<?> reply = link.list(LuaScript.OPEN, arguments);
    String answer = Replies.text(reply.get(0));
    if (answer.equals("protocol")) {
      requireProtocol(Replies.text(reply.get(1)));
    }
    long number = Replies.number(reply.get(1));
    if (answer.equals("sole")) {
      sole.opened(number);
    }
    for (Object other : reply.subList(2, reply.size())) {
      sole.share(Replies.number(other));
    }
    Known kept = byId.get(spec.id());
    boolean isNew = !answer.equals("known");
    if (!isNew && kept != null && kept.number() == number) {
      return kept;
    }
    forget(spec.id());
    if (isNew) {
      byNumber.remove(number); // a server that lost its data may give a number again
    }
    return read(number).orElseThrow(() -> unknown(spec.id()));
  }

  /**
   * Checks which layout a queue was written in.
   *
   * @throws QueueRefusedException where it is another than ours
   */
  static void requireProtocol(String found) {
    if (!found.equals(PROTOCOL)) {
      throw new QueueRefusedException(
          "the queue was written by another version of this program (protocol "
              + found
              + ", this one speaks "
              + PROTOCOL
              + "); run that version, or use another queue_name");
    }
  }

  /**
   * The run of an id.
   *
   * @throws RunUnknownException where there is none
   */
  Known known(RunId id) throws InterruptedException {
    return find(id).orElseThrow(() -> unknown(id));
  }

  Optional<Known> find(RunId id) throws InterruptedException {
    Known kept = byId.get(id);
    if (kept != null) {
      return Optional.of(kept);
    }
    byte[] number = link.ask("hget", s -> s.hget(keys.runs(), bytes(id.value())));
    return number == null ? Optional.empty() : read(Long.parseLong(new String(number, UTF_8)));
  }

  /** The run of a number; empty where its keys are gone. */
  Optional<Known> read(long number) throws InterruptedException {
    Known kept = byNumber.get(number);
    if (kept != null) {
      return Optional.of(kept);
    }
    Map<byte[], byte[]> fields = link.ask("hgetall", s -> s.hgetall(keys.run(number, "spec")));
    Map<byte[], byte[]> lanes = link.ask("hgetall", s -> s.hgetall(keys.run(number, "lanes")));
    if (fields.isEmpty()) {
      return Optional.empty();
    }
    Map<String, byte[]> spec = texts(fields);
    Known read =
        new Known(
            number,
            spec(
                new RunId(new String(spec.get("id"), UTF_8)),
                new String(spec.get("pipeline"), UTF_8),
                new String(spec.get("definition"), UTF_8),
                new String(spec.get("limits"), UTF_8),
                texts(lanes),
                new String(spec.get("next"), UTF_8)));
    if (byId.size() >= MOST_KEPT) {
      byId.clear();
      byNumber.clear();
    }
    byId.put(read.spec().id(), read);
    byNumber.put(number, read);
    return Optional.of(read);
  }

  /** The numbers of some runs that this process knows, as arguments of a script. */
  List<byte[]> numbers(int most) {
    return byNumber.keySet().stream().limit(most).map(n -> bytes(Long.toString(n))).toList();
  }

  void forget(RunId id) {
    Known kept = byId.remove(id);
    if (kept != null) {
      byNumber.remove(kept.number());
    }
  }

  static RunUnknownException unknown(RunId id) {
    return new RunUnknownException(
        "the queue has no run \""
            + id
            + "\": it was never submitted here, its retention is over, or"
            + " the server lost its data; submit it again");
  }

  static Map<String, byte[]> texts(Map<byte[], byte[]> fields) {
    return fields.entrySet().stream()
        .collect(Collectors.toMap(e -> new String(e.getKey(), UTF_8), Map.Entry::getValue));
  }

  /** A lane as open.lua keeps it: level|max attempts|input nodes|ends|splits 0/1, parts|service. */
  private static String laneText(RunSpec spec, LaneSpec lane) {
    String inputs =
        lane.inputs().stream()
            .map(node -> String.valueOf(spec.laneOf(node)))
            .collect(Collectors.joining(","));
    return lane.level()
        + "|"
        + lane.maxAttempts()
        + "|"
        + inputs
        + "|"
        + lane.ends()
        + "|"
        + (lane.splits() ? "1" : "0")
        + CollectingText.of(spec, lane.collecting())
        + "|"
        + lane.service();
  }

  /** The caps of nodes, as {@code include/caps.lua} keeps them. */
  private static String caps(RunSpec spec) {
    StringBuilder caps = new StringBuilder();
    for (int node = 0; node < spec.lanes().size(); node++) {
      int most = spec.lanes().get(node).maxLeased();
      if (most != Cap.NONE) {
        caps.append(caps.isEmpty() ? ";" : "").append(node).append('=').append(most).append(';');
      }
    }
    return caps.toString();
  }

  private static RunSpec spec(
      RunId id,
      String pipeline,
      String definition,
      String limits,
      Map<String, byte[]> lanes,
      String next) {
    String[] lines = limits.split("\n", -1);
    String[] numbers = lines[0].split(" ", -1);
    String[] caps = numbers[11].split(",", -1);
    List<String> nodes = Arrays.asList(lines).subList(1, lines.length);
    Map<Integer, LaneSpec> sorted = new TreeMap<>();
    lanes.forEach((number, text) -> {
      String[] parts = new String(text, UTF_8).split("\\|", 6);
      List<String> inputs =
          parts[2].isEmpty()
              ? List.of()
              : Arrays.stream(parts[2].split(",", -1))
                  .map(i -> nodes.get(Integer.parseInt(i)))
                  .toList();
      sorted.put(
          Integer.parseInt(number),
          new LaneSpec(
              nodes.get(Integer.parseInt(number)),
              parts[5],
              Integer.parseInt(parts[0]),
              inputs,
              Integer.parseInt(parts[1]),
              Integer.parseInt(caps[Integer.parseInt(number)]),
              Integer.parseInt(parts[3]),
              parts[4].startsWith("1"),
              CollectingText.read(parts[4].substring(1), nodes)));
    });
    return new RunSpec(
        id,
        pipeline,
        definition,
        List.copyOf(sorted.values()),
        Integer.parseInt(numbers[0]),
        numbers[1].equals("1"),
        new RunLimits(
            Long.parseLong(numbers[2]),
            Long.parseLong(numbers[3]),
            Long.parseLong(numbers[4]),
            Duration.ofMillis(Long.parseLong(numbers[5])),
            Long.parseLong(numbers[6]),
            Duration.ofMillis(Long.parseLong(numbers[7])),
            Duration.ofMillis(Long.parseLong(numbers[8])),
            lines[0].endsWith(REPLICATED) ? Durability.REPLICATED : Durability.SERVER,
            Integer.parseInt(numbers[9]),
            Integer.parseInt(numbers[10])),
        next.isEmpty() ? Optional.empty() : Optional.of(new RunId(next)));
  }

  /** What only readers need: ends, width, limits and caps in one line, then a line per node. */
  private static String readersText(RunSpec spec) {
    RunLimits limits = spec.limits();
    String nodes =
        spec.lanes().stream().map(lane -> "\n" + lane.node()).collect(Collectors.joining());
    return spec.endsPerItem()
        + " "
        + (spec.wide() ? "1" : "0")
        + " "
        + limits.maxDepth()
        + " "
        + limits.undeliveredResults()
        + " "
        + limits.undeliveredBytes()
        + " "
        + limits.resultTtl().toMillis()
        + " "
        + limits.resultBudget()
        + " "
        + limits.retention().toMillis()
        + " "
        + limits.visibility().toMillis()
        + " "
        + limits.weight()
        + " "
        + limits.maxLeased()
        + " "
        + spec.lanes().stream()
            .map(lane -> String.valueOf(lane.maxLeased()))
            .collect(Collectors.joining(","))
        + (limits.durability() == Durability.REPLICATED ? REPLICATED : "")
        + nodes;
  }

  private static int lastNode(RunSpec spec) {
    for (int i = spec.lanes().size() - 1; i >= 0; i--) {
      String node = spec.lanes().get(i).node();
      if (spec.lanes().stream().noneMatch(l -> l.inputs().contains(node))) {
        return i;
      }
    }
    return 0;
  }
}
