package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.Emitted;
import dev.stygian.graph.queue.Result;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Services that split their items into others, on any queue. */
public abstract class SplittingContract extends OnQueue {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String PIPELINE =
      """
      [execution]
      backoff = "5ms"
      [[nodes]]
      id = "split"
      service = "splitter"
      [[nodes]]
      id = "after"
      service = "after"
      depends_on = ["split"]
      """;

  /** Emits the letters of its input, three at a time. */
  private final ScriptedService splitter =
      ScriptedService.computing("splitter", SplittingContract::split).splitting();

  private final ScriptedService after = passing("after");
  private final CollectedResults lines = new CollectedResults();

  private static Outcome split(ServiceCall call) throws InterruptedException {
    List<JsonNode> letters =
        call.input()
            .orElse(call.item().input())
            .asString()
            .chars()
            .<JsonNode>mapToObj(letter -> JSON.stringNode(Character.toString(letter)))
            .toList();
    for (int from = 0; from < letters.size(); from += 3) {
      call.fleet().emit(letters.subList(from, Math.min(from + 3, letters.size())));
    }
    return new Outcome.Became();
  }

  private static Outcome pass(ServiceCall call) {
    if (call.inputs().size() > 1) {
      ObjectNode all = JSON.objectNode();
      call.inputs().forEach(all::set);
      return Outcome.success(all);
    }
    return Outcome.success(call.input().orElse(call.item().input()));
  }

  private static ScriptedService passing(String name) {
    return ScriptedService.computing(name, SplittingContract::pass);
  }

  private RunStatus run(String toml, ScrapingService[] services, String... items)
      throws InterruptedException {
    List<ScrapingService> all = new ArrayList<>(List.of(services));
    if (all.stream().noneMatch(service -> service.descriptor().name().equals("splitter"))) {
      all.add(splitter);
    }
    all.add(after);
    List<JsonNode> inputs = Stream.of(items).<JsonNode>map(item -> JSON.stringNode(item)).toList();
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

  private RunStatus run(String toml, String... items) throws InterruptedException {
    return run(toml, new ScrapingService[0], items);
  }

  private static ScrapingService[] with(ScrapingService... services) {
    return services;
  }

  private List<String> outputsOf(String node) {
    return lines.results.stream()
        .filter(result -> result.node().equals(node))
        .map(result -> result.output().decode().toString())
        .sorted()
        .toList();
  }

  private static String item(Result result) {
    return result.input().decode().toString();
  }

  @Test
  void nodes_behind_a_split_are_executed_for_each_part() throws Exception {
    RunStatus status = run(PIPELINE, "abcd", "", "ab");

    assertThat(outputsOf("after"))
        .containsExactly("\"a\"", "\"a\"", "\"b\"", "\"b\"", "\"c\"", "\"d\"");
    assertThat(lines.results)
        .extracting(SplittingContract::item)
        .contains(
            "{\"parent\":\"abcd\",\"index\":3,\"value\":\"d\"}",
            "{\"parent\":\"ab\",\"index\":0,\"value\":\"a\"}")
        .doesNotHaveDuplicates();
    assertThat(lines.results).extracting(Result::item).contains("0/split/3", "2/split/0");
    assertThat(status.emitted()).isEqualTo(new Emitted(6, 0, 0));
    assertThat(status.done()).isEqualTo(9);
    assertThat(after.calls)
        .allSatisfy(call -> assertThat(call.item().input()).isEqualTo(call.input().orElseThrow()));
  }

  @Test
  void equal_parts_have_equal_results_wherever_they_come_from() throws Exception {
    ScriptedService counting = new ScriptedService("counting", SplittingContract::pass);
    run(
        PIPELINE.replace("\"after\"\n", "\"counting\"\n"),
        with(counting),
        IntStream.range(0, 20).mapToObj(_ -> "ab").toArray(String[]::new));

    assertThat(lines.results).hasSize(40);
    assertThat(counting.calls).hasSize(2);
  }

  @Test
  void the_parts_of_a_last_node_are_results() throws Exception {
    RunStatus status = run("[[nodes]]\nid = \"split\"\nservice = \"splitter\"", "abcdefgh", "x");

    assertThat(outputsOf("split")).hasSize(9).contains("\"h\"", "\"x\"");
    assertThat(status.done()).isEqualTo(11);
    assertThat(status.emitted()).isEqualTo(new Emitted(9, 0, 0));
  }

  @Test
  void an_attempt_that_fails_in_the_middle_costs_no_part_and_doubles_none() throws Exception {
    ScriptedService failing =
        ScriptedService.computing(
                "splitter",
                call -> {
                  if (call.attempt() < 3) {
                    call.fleet().emit(List.of(JSON.stringNode("a"), JSON.stringNode("b")));
                    throw new IllegalStateException("out of breath");
                  }
                  return split(call);
                })
            .splitting();

    RunStatus status = run(PIPELINE, with(failing), "abcd", "abcde");

    assertThat(lines.results).hasSize(9);
    assertThat(lines.results).extracting(SplittingContract::item).doesNotHaveDuplicates();
    assertThat(status.emitted()).isEqualTo(new Emitted(9, 0, 0));
  }

  @Test
  void a_part_that_dies_leaves_the_others_alone() throws Exception {
    ScriptedService picky =
        ScriptedService.computing(
            "picky",
            call ->
                call.input().orElseThrow().asString().equals("b")
                    ? Outcome.permanent("not this one")
                    : pass(call));

    RunStatus status = run(PIPELINE.replace("\"after\"\n", "\"picky\"\n"), with(picky), "abc");

    assertThat(lines.results).hasSize(2);
    assertThat(status.dead()).isEqualTo(1);
    assertThat(queue.ledger().deadLetters(new RunId("r"), "", 10))
        .singleElement()
        .extracting(letter -> letter.task().input().decode().toString())
        .isEqualTo("{\"parent\":\"abc\",\"index\":1,\"value\":\"b\"}");
  }

  @Test
  void branches_of_a_part_join_and_see_what_was_emitted() throws Exception {
    ScriptedService slow = new ScriptedService("slow", SplittingContract::pass);
    run(
        """
        [[nodes]]
        id = "split"
        service = "splitter"
        [[nodes]]
        id = "left"
        service = "slow"
        depends_on = ["split"]
        [[nodes]]
        id = "right"
        service = "slow"
        depends_on = ["split"]
        [[nodes]]
        id = "both"
        service = "after"
        depends_on = ["split", "left", "right"]
        [[nodes]]
        id = "near"
        service = "after"
        depends_on = ["left", "split"]
        """,
        with(slow),
        "ab");

    assertThat(outputsOf("both"))
        .containsExactly(
            "{\"split\":\"a\",\"left\":\"a\",\"right\":\"a\"}",
            "{\"split\":\"b\",\"left\":\"b\",\"right\":\"b\"}");
    assertThat(outputsOf("near"))
        .containsExactly("{\"left\":\"a\",\"split\":\"a\"}", "{\"left\":\"b\",\"split\":\"b\"}");
  }

  @Test
  void what_stands_beside_a_split_is_executed_for_the_item_itself() throws Exception {
    RunStatus status =
        run(
            """
            [[nodes]]
            id = "first"
            service = "after"
            [[nodes]]
            id = "split"
            service = "splitter"
            depends_on = ["first"]
            [[nodes]]
            id = "letter"
            service = "after"
            depends_on = ["split"]
            [[nodes]]
            id = "word"
            service = "after"
            depends_on = ["first"]
            [[nodes]]
            id = "again"
            service = "after"
            depends_on = ["first"]
            """,
            "ab",
            "cde");

    assertThat(outputsOf("letter")).containsExactly("\"a\"", "\"b\"", "\"c\"", "\"d\"", "\"e\"");
    assertThat(outputsOf("word")).containsExactly("\"ab\"", "\"cde\"");
    assertThat(outputsOf("again")).containsExactly("\"ab\"", "\"cde\"");
    assertThat(status.done()).isEqualTo(7);
  }

  @Test
  void a_part_may_be_split_again() throws Exception {
    ScriptedService words =
        ScriptedService.computing(
                "words",
                call -> {
                  call.fleet()
                      .emit(
                          Stream.of(call.item().input().asString().split(" ", -1))
                              .<JsonNode>map(JSON::stringNode)
                              .toList());
                  return new Outcome.Became();
                })
            .splitting();

    RunStatus status =
        run(
            """
            [[nodes]]
            id = "words"
            service = "words"
            [[nodes]]
            id = "split"
            service = "splitter"
            depends_on = ["words"]
            [[nodes]]
            id = "letter"
            service = "after"
            depends_on = ["split"]
            """,
            with(words),
            "ab c");

    assertThat(outputsOf("letter")).containsExactly("\"a\"", "\"b\"", "\"c\"");
    assertThat(lines.results)
        .extracting(SplittingContract::item)
        .contains(
            "{\"parent\":{\"parent\":\"ab"
                + " c\",\"index\":1,\"value\":\"c\"},\"index\":0,\"value\":\"c\"}");
    assertThat(status.done()).isEqualTo(6);
  }

  @Test
  void a_large_item_is_not_repeated_in_each_of_its_parts() throws Exception {
    run(PIPELINE, "x".repeat(2_000));

    assertThat(lines.results).hasSize(2_000);
    assertThat(lines.results)
        .extracting(SplittingContract::item)
        .contains("{\"index\":1999,\"value\":\"x\"}");
  }

  @Test
  void what_a_part_finds_is_beside_it() throws Exception {
    ScriptedService finder =
        ScriptedService.computing(
                "finder",
                call -> {
                  String letter = call.item().input().asString();
                  if (letter.length() == 1) {
                    call.fleet()
                        .found(List.of(new Found(letter + "!", JSON.stringNode(letter + "!"))), 0);
                  }
                  return Outcome.success(call.item().input());
                })
            .finding();

    run(PIPELINE.replace("\"after\"\n", "\"finder\"\n"), with(finder), "ab");

    assertThat(lines.outputs()).containsExactlyInAnyOrder("\"a\"", "\"a!\"", "\"b\"", "\"b!\"");
    assertThat(lines.results)
        .extracting(SplittingContract::item)
        .contains("{\"parent\":\"ab\",\"index\":1,\"value\":\"b!\"}");
  }

  @Test
  void parts_wait_in_the_lanes_of_the_hosts_that_they_visit() throws Exception {
    ScriptedService lister =
        ScriptedService.computing(
                "splitter",
                call -> {
                  call.fleet()
                      .emit(
                          List.of(
                              JSON.stringNode("http://a.example/"),
                              JSON.stringNode("http://b.example/")));
                  return new Outcome.Became();
                })
            .splitting();
    ScriptedService visitor = ScriptedService.visiting("visitor", SplittingContract::pass);

    run(PIPELINE.replace("\"after\"\n", "\"visitor\"\n"), with(lister, visitor), "list");

    assertThat(visitor.calls)
        .extracting(call -> call.fleet().lane().orElse(""))
        .containsExactlyInAnyOrder("a.example", "b.example");
  }

  @Test
  void many_parts_are_each_executed_once() throws Exception {
    ScriptedService counting =
        ScriptedService.computing(
                "splitter",
                call -> {
                  for (int from = 0; from < 20_000; from += 500) {
                    call.fleet()
                        .emit(
                            IntStream.range(from, from + 500)
                                .<JsonNode>mapToObj(JSON::numberNode)
                                .toList());
                  }
                  return new Outcome.Became();
                })
            .splitting();

    RunStatus status = run(PIPELINE, with(counting), "numbers");

    assertThat(lines.results).hasSize(20_000);
    assertThat(lines.results)
        .extracting(result -> result.output().decode().asInt())
        .doesNotHaveDuplicates();
    assertThat(status.done()).isEqualTo(20_001);
  }

  @Test
  void a_service_that_splits_puts_nothing_out_itself() throws Exception {
    ScriptedService confused =
        ScriptedService.computing("splitter", SplittingContract::pass).splitting();

    run(PIPELINE, with(confused), "ab");

    assertThat(queue.ledger().deadLetters(new RunId("r"), "", 10))
        .singleElement()
        .extracting(DeadLetter::errors)
        .satisfies(errors ->
            assertThat(errors.getLast().message())
                .contains("\"splitter\" put out something for an item that it splits"));
  }

  @Test
  void a_service_that_does_not_say_so_splits_nothing() throws Exception {
    ScriptedService undeclared = ScriptedService.computing("splitter", SplittingContract::split);

    run(PIPELINE, with(undeclared), "ab");

    assertThat(queue.ledger().deadLetters(new RunId("r"), "", 10))
        .singleElement()
        .extracting(DeadLetter::errors)
        .satisfies(
            errors -> assertThat(errors.getLast().message()).contains("which it does not declare"));
  }

  @Test
  void a_part_that_is_none_is_a_dead_letter() {
    JsonNode item = Json.parse("{\"index\": 1}");

    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> Part.value(item)))
        .hasMessageContaining("no \"value\"");
  }
}
