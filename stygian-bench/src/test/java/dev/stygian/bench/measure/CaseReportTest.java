package dev.stygian.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class CaseReportTest {
  private static final Column RATE = new Column("tasks_per_second", "tasks/s", 0);

  private final CaseReport report =
      new CaseReport(
          "queue",
          "redis 7",
          List.of(
              new Row("ours", Map.of(RATE, new Spread(75_000, 70_000, 80_000)))
                  .with(Column.RATIO, Spread.of(0.75))
                  .with(Column.SERVER_CPU, Spread.of(6)),
              new Row("bare", Map.of(RATE, Spread.of(100_000))).with(Column.RATIO, Spread.of(1))),
          List.of("A note."));

  /**
   * Markdown as documents keep it: numbers to the right, the ratio last, empty where unmeasured.
   */
  @Test
  void markdownIsATableInAlignedColumns() {
    assertThat(report.markdown())
        .isEqualTo(
            """
            ### queue: redis 7

            | queue |                tasks/s | Redis CPU us | ratio |
            | ----- | ---------------------: | -----------: | ----: |
            | ours  | 75,000 [70,000-80,000] |         6.00 | 0.750 |
            | bare  |                100,000 |              | 1.000 |

            A note.
            """);
  }

  @Test
  void jsonHoldsEachFigureUnderItsKey() {
    JsonNode json = Json.parse(report.json().toString());

    assertThat(json.path("case").asString()).isEqualTo("queue");
    JsonNode rate = json.path("rows").path(0).path("tasks_per_second");
    assertThat(rate.path("median").asDouble()).isEqualTo(75_000);
    assertThat(rate.path("min").asDouble()).isEqualTo(70_000);
    assertThat(rate.path("max").asDouble()).isEqualTo(80_000);
    assertThat(json.path("rows").path(1).path("name").asString()).isEqualTo("bare");
    assertThat(json.path("notes").path(0).asString()).isEqualTo("A note.");
  }

  @Test
  void costIsPerTaskAndWhatWasNotMeasuredIsLeftOut() {
    Sample sample = Sample.of(RATE, 1).with(new Usage(500, 0, 0), 100);

    assertThat(sample.values())
        .containsEntry(Column.CLIENT_CPU, 5.0)
        .doesNotContainKeys(Column.SERVER_CPU, Column.ALLOCATED);
  }

  @Test
  void fieldsOfTheServersReportAreFound() {
    String info = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n";

    assertThat(BenchServer.field(info, "redis_version")).contains("7.0.15");
    assertThat(BenchServer.field(info, "valkey_version")).isEmpty();
  }
}
