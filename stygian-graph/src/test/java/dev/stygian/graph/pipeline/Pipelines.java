package dev.stygian.graph.pipeline;

import dev.stygian.graph.pipeline.ExecutionSettings.Mode;
import dev.stygian.graph.settings.Durability;
import dev.stygian.graph.settings.HostScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Pipelines for tests: by hand, and at random from a seed. */
final class Pipelines {
  private static final List<String> IDS =
      List.of(
          "fetch", "a:b", "ä ö", "\ud83d\ude00", "{x}", "\"q\"", "back\\slash", "a -> b", "#1;");

  private Pipelines() {}

  /** No-op nodes in the given order, and edges such as {@code "a b"} from a to b. */
  static Pipeline of(List<String> nodes, List<Edge> edges) {
    List<Node> all =
        nodes.stream().map(id -> node(id, JsonNodeFactory.instance.objectNode())).toList();
    return of("test", ExecutionSettings.defaults(), InputSettings.none(), all, edges);
  }

  static Node node(String id, ObjectNode config) {
    return new Node(
        id,
        "noop",
        config,
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        OptionalInt.empty());
  }

  /** A DAG whose nodes stand in the file in any order. */
  static Pipeline random(long seed) {
    Random random = new Random(seed);
    int count = 1 + random.nextInt(12);
    List<Integer> rank = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    java.util.Collections.shuffle(rank, random);
    List<Node> nodes = new ArrayList<>();
    List<Edge> edges = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(randomNode(id(i), random));
      for (int j = 0; j < count; j++) {
        if (rank.get(j) < rank.get(i) && random.nextInt(4) == 0) {
          edges.add(new Edge(id(j), id(i)));
        }
      }
    }
    return of("random " + seed, randomExecution(random), randomInput(random), nodes, edges);
  }

  private static String id(int index) {
    return IDS.get(index % IDS.size()) + (index < IDS.size() ? "" : index);
  }

  static Pipeline of(
      String id,
      ExecutionSettings execution,
      InputSettings input,
      List<Node> nodes,
      List<Edge> edges) {
    return new Pipeline(
        id,
        "test.toml",
        execution,
        input,
        new OutputSettings(Optional.of("x.csv")),
        nodes,
        edges,
        true,
        randomPoliteness(new Random(id.hashCode())),
        randomOnFinish(new Random(id.hashCode())));
  }

  private static Optional<OnFinish> randomOnFinish(Random random) {
    return random.nextBoolean()
        ? Optional.empty()
        : Optional.of(
            new OnFinish(
                Optional.of("https://hooks.example/${env:HOOK}"),
                random.nextBoolean() ? Map.of() : Map.of("X-Key", "${env:KEY}"),
                random.nextBoolean() ? List.of() : List.of("after", "--all"),
                1 + random.nextInt(100),
                span(random)));
  }

  private static Politeness randomPoliteness(Random random) {
    HostScope[] scopes = HostScope.values();
    return new Politeness(
        scopes[random.nextInt(scopes.length)],
        Duration.ofMillis(random.nextInt(5_000)),
        random.nextInt(20),
        random.nextBoolean(),
        Duration.ofSeconds(random.nextInt(7_200)),
        random.nextBoolean()
            ? List.of()
            : List.of(new Politeness.HostRule("*.example.com", Duration.ofSeconds(2), 1)));
  }

  private static ExecutionSettings randomExecution(Random random) {
    return new ExecutionSettings(
        random.nextBoolean() ? Mode.LOCAL : Mode.DISTRIBUTED,
        Optional.empty(),
        random.nextBoolean() ? OptionalInt.of(1 + random.nextInt(100)) : OptionalInt.empty(),
        id(random.nextInt(9)),
        1 + random.nextInt(1_000_000),
        span(random),
        1 + random.nextInt(100),
        span(random),
        span(random),
        Duration.ofSeconds(1 + random.nextInt(100_000)),
        1024L + random.nextInt(Integer.MAX_VALUE),
        Duration.ofSeconds(1 + random.nextInt(100_000)),
        random.nextBoolean() ? Durability.SERVER : Durability.REPLICATED,
        1 + random.nextInt(1_000),
        random.nextBoolean() ? OptionalInt.of(1 + random.nextInt(100)) : OptionalInt.empty());
  }

  private static Duration span(Random random) {
    return Duration.ofMillis(100 + random.nextInt(86_000_000));
  }

  private static InputSettings randomInput(Random random) {
    return random.nextBoolean()
        ? new InputSettings(
            List.of("a.html", "https://x.example/"), Optional.empty(), Optional.of("s"))
        : new InputSettings(List.of(), Optional.of("urls ä.txt"), Optional.empty());
  }

  private static Node randomNode(String id, Random random) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("text", "x\n\u0001\u2028" + random.nextInt());
    config.put("whole", random.nextLong());
    config.put("decimal", random.nextGaussian());
    config.put("flag", random.nextBoolean()).putNull("nothing");
    config.putObject("table").putArray("list").add(1L).add("\ud83d\ude00").addObject();
    return new Node(
        id,
        "some-service",
        config,
        random.nextBoolean() ? OptionalInt.of(1 + random.nextInt(100)) : OptionalInt.empty(),
        random.nextBoolean() ? Optional.of(span(random)) : Optional.empty(),
        random.nextBoolean() ? Optional.of(span(random)) : Optional.empty(),
        random.nextBoolean(),
        random.nextBoolean() ? OptionalInt.of(1 + random.nextInt(100)) : OptionalInt.empty());
  }
}
