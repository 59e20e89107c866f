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
  private static final Instant DIED = Instant.parse("2026-11-25T10:15:00Z");
  private static final Task TASK =
      new Task(
          new TaskId(new RunId("r"), "3", "fetch"),
          "http",
          IdempotencyKey.fromInput("p", "x"),
          Payload.of(Json.parse("\"http://a.example/\u007f\"")));

  @Test
  void reasonOfAnExcludedItemIsToldApartFromErrorsBeforeIt() {
    List<DeadLetter.AttemptError> errors =
        List.of(
            new DeadLetter.AttemptError(1, DIED.minusSeconds(5), "answered 503"),
            new DeadLetter.AttemptError(2, DIED, "by rule"));

    List<String> lines =
        LetterView.lines(LetterKind.EXCLUDED, new DeadLetter(TASK, 2, errors, DIED));

    assertThat(lines.subList(4, lines.size()))
        .containsExactly(
            "excluded  2026-11-25T10:15:00Z",
            "reason    by rule",
            "attempt 1 2026-11-25T10:14:55Z answered 503");
  }

  @Test
  void eachErrorIsALineWithoutWhatTerminalsActOn() {
    DeadLetter.AttemptError error =
        new DeadLetter.AttemptError(1, DIED, "no\nid 4\u001b]0;x\u0007\u009b2J");

    List<String> lines =
        LetterView.lines(LetterKind.DEAD, new DeadLetter(TASK, 1, List.of(error), DIED));

    assertThat(lines)
        .hasSize(6)
        .contains("attempt 1 2026-11-25T10:15:00Z no id 4 ]0;x  2J")
        .allSatisfy(line -> assertThat(line).doesNotContainPattern("[\\p{Cntrl}\\x{80}-\\x{9f}]"));
  }
}
