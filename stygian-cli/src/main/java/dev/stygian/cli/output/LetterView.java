package dev.stygian.cli.output;

import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.DeadLetter.AttemptError;
import dev.stygian.graph.queue.RunId;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A letter, of a dead or an excluded item, for people and for scripts. */
public final class LetterView {
  private LetterView() {}

  /**
   * One object; {@code item} is the input, as in a result line, and {@code id} names the letter. Of
   * an excluded item {@code died} is when that was decided, and the last error is the reason.
   */
  public static ObjectNode json(LetterKind kind, DeadLetter letter) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    RunId run = letter.task().id().run();
    all.put("run", run.value());
    all.put("id", letter.task().id().item());
    all.put("node", letter.task().id().node());
    all.put("service", letter.task().service());
    all.set("item", input(letter));
    all.put("attempts", letter.attempts());
    ArrayNode errors = all.putArray("errors");
    letter
        .errors()
        .forEach(e ->
            errors
                .addObject()
                .put("attempt", e.attempt())
                .put("at", e.at().toString())
                .put("message", e.message()));
    all.put("died", letter.died().toString());
    all.put("excluded", kind == LetterKind.EXCLUDED);
    return all;
  }

  /** All of it, on several lines. */
  public static List<String> lines(LetterKind kind, DeadLetter letter) {
    List<String> lines = new ArrayList<>();
    lines.add("id        " + letter.task().id().item());
    lines.add("run       " + letter.task().id().run());
    lines.add("node      " + letter.task().id().node() + " (" + letter.task().service() + ")");
    lines.add("item      " + input(letter));
    List<AttemptError> errors = letter.errors();
    switch (kind) {
      case DEAD ->
          lines.add("died      " + letter.died() + " after " + letter.attempts() + " attempts");
      case EXCLUDED -> {
        lines.add("excluded  " + letter.died());
        lines.add("reason    " + lastError(letter));
        errors = errors.subList(0, Math.max(0, errors.size() - 1));
      }
    }
    errors.forEach(e -> {
      String attempt = e.attempt() == 0 ? "" : "attempt " + e.attempt() + " ";
      lines.add(attempt + e.at() + " " + e.message());
    });
    return lines.stream().map(Spoken::line).toList();
  }

  /** One line: the item, where it ended, and why. */
  public static String line(LetterKind kind, DeadLetter letter) {
    return Spoken.line(
        kind.word()
            + ": "
            + input(letter)
            + " at node "
            + letter.task().id().node()
            + ": "
            + lastError(letter));
  }

  /** The last error: mostly what one wants to know, and the reason of an excluded item. */
  public static String lastError(DeadLetter letter) {
    return letter.errors().isEmpty() ? "" : letter.errors().getLast().message();
  }

  /** The item's input; where its bytes cannot be had or decoded, a text that says so. */
  public static JsonNode input(DeadLetter letter) {
    try {
      return letter.task().input().decode();
    } catch (PayloadException e) {
      return JsonNodeFactory.instance.stringNode("(undecodable: " + e.getMessage() + ")");
    } catch (BlobUnavailableException e) {
      return JsonNodeFactory.instance.stringNode("(not readable here: " + e.getMessage() + ")");
    }
  }
}
