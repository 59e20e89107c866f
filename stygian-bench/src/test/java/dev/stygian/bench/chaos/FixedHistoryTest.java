package dev.stygian.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few items, none of which fails by plan; each test spoils their history in one way. */
final class FixedHistoryTest {
  private static final int ITEMS = 3;

  @TempDir private Path folder;

  private Path journals;
  private Journal journal;
  private final List<String> lines = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // set before each test
  FixedHistoryTest() {}

  @BeforeEach
  void open() throws IOException {
    journals = Files.createDirectory(folder.resolve("journals"));
    journal = Journal.create(journals);
  }

  private String begin(int item, String node, int attempt) throws IOException {
    return journal.begin(item, TrialPipeline.NODES.indexOf(node), attempt).text();
  }

  /** Executes an item's five nodes once, and puts out its line. */
  private String execute(int item) throws IOException {
    String first = begin(item, TrialPipeline.FIRST, 1);
    return line(item, first, first, begin(item, TrialPipeline.LEFT, 1));
  }

  private String line(int item, String first, String firstAgain, String left) throws IOException {
    return """
    {"item":{"n":%1$d},"run":"chaos","node":"tail","output":{"n":%1$d,"join":{"n":%1$d,\
    "left":{"n":%1$d,"split":{"n":%1$d,"split":"%2$s"},"left":"%4$s"},\
    "right":{"n":%1$d,"split":{"n":%1$d,"split":"%3$s"},"right":"%5$s"},\
    "join":"%6$s"},"tail":"%7$s"},"attempts":1,"key":"00"}\
    """
        .formatted(
            item,
            first,
            firstAgain,
            left,
            begin(item, TrialPipeline.RIGHT, 1),
            begin(item, TrialPipeline.JOIN, 1),
            begin(item, TrialPipeline.LAST, 1));
  }

  private History history() throws IOException {
    Path results = folder.resolve("results.jsonl");
    Files.write(results, lines);
    History history =
        new FixedHistory(ITEMS, Executions.read(journals, TrialPipeline.tasks(ITEMS)));
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
    for (int item = 0; item < ITEMS; item++) {
      lines.add(execute(item));
    }

    assertThat(wrong()).isEmpty();
  }

  @Test
  void anItemThatIsMissingIsFound() throws IOException {
    lines.add(execute(0));
    lines.add(execute(2));

    assertThat(wrong())
        .containsExactly("Each item ends once: item 1 has neither a result nor a dead letter");
  }

  @Test
  void anItemThatIsThereTwiceIsFound() throws IOException {
    for (int item = 0; item < ITEMS; item++) {
      lines.add(execute(item));
    }
    lines.add(lines.get(1));

    assertThat(wrong()).containsExactly("Each item ends once: item 1 has two results");
  }

  @Test
  void aDeadLetterBesideAResultAndOneOfAnItemThatWorksAreFound() throws IOException {
    for (int item = 0; item < ITEMS; item++) {
      lines.add(execute(item));
    }
    History history = history();
    history.letter(Json.parse("{\"n\":2}"), TrialPipeline.JOIN, 20, "lease lost");

    assertThat(wrong(history))
        .containsExactly(
            "Each item ends once: item 2 is dead after 20 attempts at join: lease lost;"
                + " item 2 has a result and a dead letter");
  }

  @Test
  void anItemThatNobodySubmittedIsFound() throws IOException {
    for (int item = 0; item < ITEMS; item++) {
      lines.add(execute(item));
    }
    lines.add(lines.getFirst().replace("\"n\":0", "\"n\":7"));

    assertThat(wrong())
        .containsExactly(
            "Each item ends once: a result of an item that was never submitted: {\"n\":7}");
  }

  /** A worker that was paused while another made the next attempt, and was booked all the same. */
  @Test
  void aResultOfAFencedWorkerIsFound() throws IOException {
    lines.add(execute(0));
    lines.add(execute(1));
    lines.add(execute(2));
    begin(1, TrialPipeline.LEFT, 2);

    assertThat(wrong())
        .containsExactly(
            "Nothing of a fenced worker is visible: item 1 at left shows attempt 1, and attempt 2"
                + " was begun");
  }

  @Test
  void branchesOfTwoExecutionsAreFound() throws IOException {
    lines.add(execute(0));
    lines.add(execute(1));
    String fenced = begin(2, TrialPipeline.FIRST, 1);
    String current = begin(2, TrialPipeline.FIRST, 2);
    lines.add(line(2, current, fenced, begin(2, TrialPipeline.LEFT, 1)));

    assertThat(wrong())
        .singleElement()
        .asString()
        .startsWith("Nothing of a fenced worker is visible: item 2: its branches come from two");
  }

  @Test
  void anOutputThatNobodyMadeIsFound() throws IOException {
    lines.add(execute(0));
    lines.add(execute(1));
    lines.add(execute(2));
    String others = lines.get(1).replaceAll(".*\"left\":\"([^\"]*)\".*", "$1");
    lines.set(2, lines.get(2).replaceAll("\"left\":\"[^\"]*\"", "\"left\":\"" + others + "\""));

    assertThat(wrong())
        .containsExactly("Each output is whole: item 2: no execution of left made " + others);
  }

  @Test
  void aLineThatIsCutIsFound() throws IOException {
    for (int item = 0; item < ITEMS; item++) {
      lines.add(execute(item));
    }
    lines.add(lines.getFirst().substring(0, 40));

    assertThat(wrong())
        .singleElement()
        .asString()
        .startsWith("Each output is whole: line 4 of the output: ");
  }

  @Test
  void aLeaseThatTwoHadIsFound() throws IOException {
    for (int item = 0; item < ITEMS; item++) {
      lines.add(execute(item));
    }
    begin(0, TrialPipeline.JOIN, 1);

    assertThat(wrong())
        .containsExactly("No lease is handed out twice: 1 attempts were begun twice");
  }

  @Test
  void plannedDeathsAreNoResults() throws IOException {
    long items = 1_000;

    assertThat(Fate.DIES_EARLY.among(items)).isEqualTo(2);
    assertThat(Fate.DIES_LATE.among(items)).isEqualTo(2);
    assertThat(Fate.of(137)).isEqualTo(Fate.DIES_EARLY);
  }
}
