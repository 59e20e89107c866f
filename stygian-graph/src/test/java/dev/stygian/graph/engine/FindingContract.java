package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.Emitted;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Services that find items, on any queue. */
public abstract class FindingContract extends OnQueue {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String PIPELINE =
      """
      [[nodes]]
      id = "find"
      service = "finder"
      [[nodes]]
      id = "after"
      service = "after"
      depends_on = ["find"]
      """;

  private RunStatus run(ScriptedService finder, CollectedResults lines, String... items)
      throws InterruptedException {
    ScriptedService after =
        ScriptedService.computing("after", call -> Outcome.success(call.input().orElseThrow()));
    ServiceRegistry registry = ServiceRegistry.of(List.of(finder, after), Environment.of(Map.of()));
    List<JsonNode> inputs = new ArrayList<>();
    List.of(items).forEach(item -> inputs.add(JSON.stringNode(item)));
    return run(registry, "r", PIPELINE, inputs, lines, WorkerOptions.of(8), false);
  }

  private static Found found(String text) {
    return new Found(text, JSON.stringNode(text));
  }

  /** A word leads to the words that are one letter longer, up to four letters. */
  private static Outcome grow(ServiceCall call, long limit) throws InterruptedException {
    String word = call.item().input().asString();
    if (word.length() < 4) {
      call.fleet().found(List.of(found(word + "a"), found(word + "b"), found(word)), limit);
    }
    return Outcome.success(JSON.stringNode(word));
  }

  private static List<String> outputs(CollectedResults lines) {
    return lines.results.stream().map(result -> result.output().decode().asString()).toList();
  }

  @Test
  void what_is_found_goes_through_the_pipeline_once() throws Exception {
    CollectedResults lines = new CollectedResults();

    RunStatus status =
        run(new ScriptedService("finder", call -> grow(call, 0)).finding(), lines, "s");

    assertThat(outputs(lines)).filteredOn(word -> word.length() == 4).hasSize(8);
    assertThat(outputs(lines)).filteredOn(word -> word.length() > 1).doesNotHaveDuplicates();
    assertThat(status.emitted().duplicates()).isEqualTo(9);
    assertThat(status.inFlight()).isZero();
    assertThat(status.done()).isEqualTo(1 + status.emitted().accepted());
    assertThat(queue.ledger().receipt(new RunId("r")).discrepancies()).isEmpty();
  }

  @Test
  void no_more_is_found_than_the_limit() throws Exception {
    CollectedResults lines = new CollectedResults();

    RunStatus status =
        run(new ScriptedService("finder", call -> grow(call, 5)).finding(), lines, "s");

    assertThat(status.emitted().accepted()).isEqualTo(5);
    assertThat(status.emitted().overLimit()).isPositive();
    assertThat(lines.results).hasSize(6);
  }

  @Test
  void an_item_may_become_what_it_found() throws Exception {
    CollectedResults lines = new CollectedResults();
    ScriptedService finder =
        new ScriptedService(
                "finder",
                call -> {
                  if (!call.item().input().asString().equals("start")) {
                    return Outcome.success(call.item().input());
                  }
                  call.fleet().found(List.of(found("x"), found("y")), 0);
                  return new Outcome.Became();
                })
            .finding();

    RunStatus status = run(finder, lines, "start");

    assertThat(outputs(lines)).containsExactlyInAnyOrder("x", "y");
    assertThat(status.emitted()).isEqualTo(new Emitted(2, 0, 0));
    assertThat(status.done()).isEqualTo(3);
    assertThat(status.dead()).isZero();
  }

  @Test
  void a_service_that_does_not_say_so_finds_nothing() throws Exception {
    CollectedResults lines = new CollectedResults();

    RunStatus status = run(new ScriptedService("finder", call -> grow(call, 0)), lines, "s");

    assertThat(status.emitted()).isEqualTo(Emitted.NONE);
    assertThat(queue.ledger().deadLetters(new RunId("r"), "", 10))
        .singleElement()
        .extracting(DeadLetter::errors)
        .satisfies(
            errors -> assertThat(errors.getLast().message()).contains("which it does not declare"));
  }
}
