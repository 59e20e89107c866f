package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.Result;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Nodes that collect what came of the parts of an item, on any queue. */
public abstract class CollectingContract extends OnQueue {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String PIPELINE =
      """
      [execution]
      backoff = "5ms"
      [[nodes]]
      id = "split"
      service = "splitter"
      [[nodes]]
      id = "each"
      service = "each"
      depends_on = ["split"]
      [[nodes]]
      id = "all"
      service = "pass"
      depends_on = ["each"]
      collect = true
      [[nodes]]
      id = "after"
      service = "pass"
      depends_on = ["all"]
      """;

  private final ScriptedService pass =
      ScriptedService.computing("pass", call -> Outcome.success(call.given()));
  private final CollectedResults lines = new CollectedResults();

  /** Emits the texts between commas. */
  private static Outcome split(ServiceCall call, String comma) throws InterruptedException {
    String text = call.given().asString();
    if (!text.isEmpty()) {
      call.fleet().emit(Stream.of(text.split(comma, -1)).<JsonNode>map(JSON::stringNode).toList());
    }
    return new Outcome.Became();
  }

  private static Outcome shout(ServiceCall call) {
    return Outcome.success(JSON.stringNode(call.given().asString() + "!"));
  }

  private RunStatus run(String toml, ScriptedService each, String... items)
      throws InterruptedException {
    List<ScriptedService> all = new ArrayList<>(List.of(pass, each));
    all.add(ScriptedService.computing("splitter", call -> split(call, ",")).splitting());
    all.add(ScriptedService.computing("lines", call -> split(call, ";")).splitting());
    List<JsonNode> inputs = Stream.of(items).<JsonNode>map(JSON::stringNode).toList();
    RunStatus status =
        run(
            ServiceRegistry.of(all, Environment.of(Map.of())),
            "r",
            toml,
            inputs,
            lines,
            WorkerOptions.of(8),
            false);
    assertThat(status.inFlight()).isZero();
    assertThat(queue.ledger().receipt(new RunId("r")).discrepancies()).isEmpty();
    return status;
  }

  private static ScriptedService each() {
    return new ScriptedService("each", CollectingContract::shout);
  }

  private List<DeadLetter> letters() {
    return queue.ledger().deadLetters(new RunId("r"), "", 10);
  }

  @Test
  void a_node_gets_the_outputs_of_all_parts_in_their_order() throws Exception {
    RunStatus status = run(PIPELINE, each(), "a,b,c,d,e,f,g", "x", "");

    assertThat(lines.outputs())
        .containsExactlyInAnyOrder(
            "[\"a!\",\"b!\",\"c!\",\"d!\",\"e!\",\"f!\",\"g!\"]", "[\"x!\"]", "[]");
    assertThat(lines.results).extracting(Result::node).containsOnly("after");
    assertThat(lines.results)
        .extracting(result -> result.input().decode().asString())
        .containsExactlyInAnyOrder("a,b,c,d,e,f,g", "x", "");
    assertThat(status.done()).isEqualTo(11);
    assertThat(pass.calls)
        .filteredOn(call -> call.node().equals("all"))
        .hasSize(3)
        .allSatisfy(call -> assertThat(call.inputs()).containsOnlyKeys("each"));
  }

  @Test
  void equal_items_are_collected_once_and_have_equal_results() throws Exception {
    String collecting = PIPELINE.substring(0, PIPELINE.lastIndexOf("[[nodes]]"));

    RunStatus status = run(collecting, each(), "a,b", "a,b", "a,b");

    assertThat(lines.outputs())
        .containsExactly(Stream.generate(() -> "[\"a!\",\"b!\"]").limit(3).toArray(String[]::new));
    assertThat(pass.calls).filteredOn(call -> call.node().equals("all")).hasSize(1);
    assertThat(status.done()).isEqualTo(9);
  }

  @Test
  void branches_inside_are_joined_before_they_are_collected() throws Exception {
    run(
        """
        [[nodes]]
        id = "split"
        service = "splitter"
        [[nodes]]
        id = "left"
        service = "each"
        depends_on = ["split"]
        [[nodes]]
        id = "right"
        service = "pass"
        depends_on = ["split"]
        [[nodes]]
        id = "both"
        service = "pass"
        depends_on = ["left", "right"]
        [[nodes]]
        id = "all"
        service = "pass"
        depends_on = ["both"]
        collect = true
        [[nodes]]
        id = "beside"
        service = "each"
        """,
        each(),
        "a,b");

    assertThat(lines.outputs())
        .containsExactlyInAnyOrder(
            "[{\"left\":\"a!\",\"right\":\"a\"},{\"left\":\"b!\",\"right\":\"b\"}]", "\"a,b!\"");
  }

  @Test
  void what_is_split_twice_is_collected_twice() throws Exception {
    RunStatus status =
        run(
            """
            [[nodes]]
            id = "lines"
            service = "lines"
            [[nodes]]
            id = "words"
            service = "splitter"
            depends_on = ["lines"]
            [[nodes]]
            id = "word"
            service = "each"
            depends_on = ["words"]
            [[nodes]]
            id = "line"
            service = "pass"
            depends_on = ["word"]
            collect = true
            [[nodes]]
            id = "text"
            service = "pass"
            depends_on = ["line"]
            collect = true
            """,
            each(),
            "a,b;;c");

    assertThat(lines.outputs()).containsExactly("[[\"a!\",\"b!\"],[],[\"c!\"]]");
    assertThat(status.done()).isEqualTo(7);
  }

  @Test
  void large_parts_of_a_large_item_under_long_names_are_collected() throws Exception {
    String name = "é/7/".repeat(400);
    List<String> words = Stream.of("a", "b", "c").map(letter -> letter.repeat(700_000)).toList();

    run(PIPELINE.replace("\"split\"", '"' + name + '"'), each(), String.join(",", words));

    JsonNode all = lines.results.getFirst().output().decode();
    assertThat(all).hasSize(3);
    assertThat(all.get(2).asString()).isEqualTo(words.get(2) + "!");
  }

  @Test
  void many_parts_are_collected() throws Exception {
    String[] numbers = new String[5_000];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Integer.toString(i);
    }

    RunStatus status = run(PIPELINE, each(), String.join(",", numbers));

    JsonNode all = lines.results.getFirst().output().decode();
    assertThat(all).hasSize(5_000);
    for (int i = 0; i < numbers.length; i++) {
      assertThat(all.get(i).asString()).isEqualTo(i + "!");
    }
    assertThat(status.done()).isEqualTo(5_001);
  }

  @Test
  void what_came_of_a_part_that_was_replayed_is_collected() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    ScriptedService picky =
        new ScriptedService(
            "each",
            call ->
                broken.get() && call.given().asString().equals("b")
                    ? Outcome.permanent("not this one")
                    : shout(call));

    assertThat(run(PIPELINE, picky, "a,b").dead()).isEqualTo(2);
    assertThat(letters())
        .extracting(letter -> letter.errors().getLast().message())
        .containsExactlyInAnyOrder(
            "1 of its 2 parts are dead or excluded: replay these", "not this one");

    broken.set(false);
    queue
        .ledger()
        .replay(new RunId("r"), letters().stream().map(l -> l.task().id().item()).toList());
    RunStatus status = run(PIPELINE, picky, "a,b");

    assertThat(status.dead()).isZero();
    assertThat(lines.outputs()).containsExactly("[\"a!\",\"b!\"]");
  }

  @Test
  void a_collecting_node_that_fails_collects_again() throws Exception {
    ScriptedService failing =
        new ScriptedService(
            "each",
            call -> {
              if (call.node().equals("all") && call.attempt() < 3) {
                return Outcome.retryable("not yet");
              }
              return call.node().equals("all") ? Outcome.success(call.given()) : shout(call);
            });

    run(
        PIPELINE.replace("id = \"all\"\nservice = \"pass\"", "id = \"all\"\nservice = \"each\""),
        failing,
        "a,b");

    assertThat(lines.outputs()).containsExactly("[\"a!\",\"b!\"]");
    assertThat(failing.calls).filteredOn(call -> call.node().equals("all")).hasSize(3);
  }
}
