package dev.stygian.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a site wrote into an error does nothing to the terminal of who looks at it. */
final class LetterViewTest {
  @Test
  void eachErrorIsALineWithoutWhatTerminalsActOn() {
    Task task =
        new Task(
            new TaskId(new RunId("r"), "3", "fetch"),
            "http",
            IdempotencyKey.fromInput("p", "x"),
            Payload.of(Json.parse("\"http://a.example/\u007f\"")));
    Instant died = Instant.parse("2026-11-25T10:15:00Z");
    DeadLetter.AttemptError error =
        new DeadLetter.AttemptError(1, died, "no\nid 4\u001b]0;x\u0007\u009b2J");

    List<String> lines = LetterView.lines(new DeadLetter(task, 1, List.of(error), died));

    assertThat(lines)
        .hasSize(6)
        .contains("attempt 1 2026-11-25T10:15:00Z no id 4 ]0;x  2J")
        .allSatisfy(line -> assertThat(line).doesNotContainPattern("[\\p{Cntrl}\\x{80}-\\x{9f}]"));
  }
}
