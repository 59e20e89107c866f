package dev.stygian.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A run of a few items that find others; each test spoils its history in one way. */
final class GrowingHistoryTest {
  private static final int ITEMS = 6;

  /** Has three parts. */
  private static final int SPLIT = 3;

  @TempDir private Path folder;

  private final Growth growth = new Growth(ITEMS);
  private final Map<Integer, ObjectNode> lines = new HashMap<>();
  private Path journals;
  private Journal journal;
  private long nanos;

  @SuppressWarnings("NullAway.Init") // set before each test
  GrowingHistoryTest() {}

  @BeforeEach
  void open() throws IOException {
    journals = Files.createDirectory(folder.resolve("journals"));
    journal = Journal.create(journals);
    for (int item = 0; item < growth.numbers(); item++) {
      execute(item);
    }
  }

  private String begin(int item, int part, String node, int attempt) throws IOException {
    return journal.begin(item, part, GrowingPipeline.NODES.indexOf(node), attempt, nanos).text();
  }

  private static ObjectNode object(int item) {
    return JsonNodeFactory.instance.objectNode().put(TrialService.NUMBER, item);
  }

  /** Executes an item's nodes once, each visit a second after the one before. */
  private void execute(int item) throws IOException {
    String find = begin(item, 0, GrowingPipeline.FIND, 1);
    begin(item, 0, GrowingPipeline.CUT, 1);
    ArrayNode parts = JsonNodeFactory.instance.arrayNode();
    for (int part = 0; part < Growth.parts(item); part++) {
      nanos += Duration.ofSeconds(1).toNanos();
      parts.add(
          object(item)
              .put(GrowingPipeline.FIND, find)
              .put(CutService.PART, part)
              .put(GrowingPipeline.VISIT, begin(item, part, GrowingPipeline.VISIT, 1))
              .put(VisitService.FROM, nanos)
              .put(VisitService.TO, nanos + 1));
    }
    ObjectNode gathered = object(item);
    gathered.set(GrowingPipeline.VISIT, parts);
    gathered.put(GrowingPipeline.GATHER, begin(item, 0, GrowingPipeline.GATHER, 1));
    ObjectNode output = object(item);
    output.set(GrowingPipeline.GATHER, gathered);
    output.put(GrowingPipeline.LAST, begin(item, 0, GrowingPipeline.LAST, 1));
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.set("item", object(item));
    line.put("node", GrowingPipeline.LAST).set("output", output);
    lines.put(item, line);
  }

  private ArrayNode parts() {
    return (ArrayNode)
        Objects.requireNonNull(lines.get(SPLIT))
            .path("output")
            .path(GrowingPipeline.GATHER)
            .path(GrowingPipeline.VISIT);
  }

  private ObjectNode part(int part) {
    return (ObjectNode) parts().get(part);
  }

  private GrowingHistory history() throws IOException {
    Path results = folder.resolve("results.jsonl");
    Files.write(results, lines.values().stream().map(ObjectNode::toString).toList());
    GrowingHistory history = GrowingHistory.read(journals, growth);
    history.results(results);
    return history;
  }

  private List<String> wrong() throws IOException {
    return wrong(history());
  }

  private static List<String> wrong(History history) {
    return history.findings().stream()
        .filter(finding -> !finding.isTrue())
        .map(finding -> finding.holds() + ": " + finding.detail())
        .toList();
  }

  @Test
  void aWholeHistoryHoldsEverything() throws IOException {
    assertThat(growth.numbers()).isEqualTo(9);
    assertThat(wrong()).isEmpty();
  }

  @Test
  void anItemThatWasFoundAndIsMissingIsFound() throws IOException {
    lines.remove(ITEMS + 1);

    assertThat(wrong())
        .containsExactly("Each item ends once: item 7 has neither a result nor a dead letter");
  }

  @Test
  void aPartThatIsMissingIsFound() throws IOException {
    parts().remove(2);

    assertThat(wrong()).containsExactly("Each output is whole: item 3 has 2 parts instead of 3");
  }

  @Test
  void aPartThatIsThereTwiceIsFound() throws IOException {
    parts().add(part(2).deepCopy());

    assertThat(wrong()).containsExactly("Each output is whole: item 3 has 4 parts instead of 3");
  }

  @Test
  void partsThatChangedPlacesAreFound() throws IOException {
    ArrayNode parts = parts();
    JsonNode first = parts.remove(0);
    parts.add(first);

    assertThat(wrong())
        .singleElement()
        .asString()
        .startsWith("Each output is whole: item 3 has part 1 in place of part 0; ");
  }

  @Test
  void aPartOfAFencedWorkerIsFound() throws IOException {
    nanos += Duration.ofSeconds(1).toNanos();
    begin(SPLIT, 1, GrowingPipeline.VISIT, 2);

    assertThat(wrong())
        .containsExactly(
            "Nothing of a fenced worker is visible: item 3 at visit shows attempt 1, and attempt 2"
                + " was begun");
  }

  /** What is split has to be written first, or an attempt that goes on emits other parts. */
  @Test
  void partsOfTwoExecutionsAreFound() throws IOException {
    String other = begin(SPLIT, 0, GrowingPipeline.FIND, 2);
    for (int part = 0; part < 2; part++) {
      part(part).put(GrowingPipeline.FIND, other);
    }

    assertThat(wrong())
        .singleElement()
        .asString()
        .startsWith("Nothing of a fenced worker is visible: item 3 at find shows attempt 1")
        .contains("item 3: its parts come from two executions, ");
  }

  @Test
  void aPartThatNobodyVisitedForIsFound() throws IOException {
    String others = part(1).path(GrowingPipeline.VISIT).asString();
    part(2).put(GrowingPipeline.VISIT, others);

    assertThat(wrong())
        .containsExactly("Each output is whole: item 3: no execution of visit made " + others);
  }

  @Test
  void aHostThatIsVisitedTooOftenIsFound() throws IOException {
    List<Integer> paced = new ArrayList<>();
    for (int part = 0; part < 2; part++) {
      if (Growth.host(SPLIT, part) % 2 == 0) {
        paced.add(part);
      }
    }
    nanos += Duration.ofSeconds(1).toNanos();
    begin(SPLIT, paced.getFirst(), GrowingPipeline.VISIT, 2);
    nanos += Duration.ofMillis(300).toNanos();
    part(paced.getFirst())
        .put(GrowingPipeline.VISIT, begin(SPLIT, paced.getFirst(), GrowingPipeline.VISIT, 3));

    assertThat(wrong())
        .containsExactly(
            "No host is visited more often than it allows: host-22.paced.invalid was visited twice"
                + " within 300.0 ms");
  }

  @Test
  void aDeadPartThatShouldLiveIsFound() throws IOException {
    History history = history();
    history.letter(
        Json.parse("{\"parent\":{\"n\":3},\"index\":1,\"value\":{\"n\":3,\"part\":1}}"),
        GrowingPipeline.VISIT,
        20,
        "lease lost");

    assertThat(wrong(history))
        .containsExactly(
            "Each item ends once: part 1 of item 3 is dead after 20 attempts at visit: lease lost");
  }

  @Test
  void aDeadLetterOfAPartThatNobodySplitOffIsFound() throws IOException {
    History history = history();
    history.letter(
        Json.parse("{\"parent\":{\"n\":3},\"index\":9,\"value\":{\"n\":3,\"part\":9}}"),
        GrowingPipeline.VISIT,
        1,
        "no such part");

    assertThat(wrong(history))
        .singleElement()
        .asString()
        .startsWith("Each item ends once: a dead letter of a part that no item has: ");
  }
}
