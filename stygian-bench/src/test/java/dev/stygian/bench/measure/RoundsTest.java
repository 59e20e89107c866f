package dev.stygian.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RoundsTest {
  private static final Column RATE = new Column("per_second", "/s", 0);

  private final List<String> played = new ArrayList<>();

  private Contender contender(String name, Double... rates) {
    Iterator<Double> next = List.of(rates).iterator();
    return new Contender(
        name,
        () -> {
          played.add(name);
          return Sample.of(RATE, next.next());
        });
  }

  @Test
  void contendersTakeTurns() throws Exception {
    new Rounds(1, 2)
        .play(
            List.of(contender("ours", 1.0, 1.0, 1.0), contender("bare", 1.0, 1.0, 1.0)),
            RATE,
            true);

    assertThat(played).containsExactly("ours", "bare", "ours", "bare", "ours", "bare");
  }

  @Test
  void roundsThatWarmUpDoNotCount() throws Exception {
    List<Row> rows =
        new Rounds(1, 1)
            .play(List.of(contender("ours", 1.0, 80.0), contender("bare", 2.0, 100.0)), RATE, true);

    assertThat(rows.getFirst().median(RATE)).isEqualTo(80);
    assertThat(rows.getFirst().median(Column.RATIO)).isEqualTo(0.8);
    assertThat(rows.getLast().median(Column.RATIO)).isEqualTo(1);
  }

  /** A machine that is slow for a round is slow for both of its contenders. */
  @Test
  void ratioIsThatOfEachRound() throws Exception {
    List<Row> rows =
        new Rounds(0, 3)
            .play(
                List.of(contender("ours", 90.0, 9.0, 80.0), contender("bare", 100.0, 10.0, 100.0)),
                RATE,
                true);

    assertThat(rows.getFirst().cells().get(Column.RATIO)).isEqualTo(new Spread(0.9, 0.8, 0.9));
  }

  @Test
  void ratioOfATimeIsTheOtherWayRound() throws Exception {
    List<Row> rows =
        new Rounds(0, 1)
            .play(List.of(contender("ours", 200.0), contender("java", 50.0)), RATE, false);

    assertThat(rows.getFirst().median(Column.RATIO)).isEqualTo(0.25);
  }

  /** Of several of ours that took turns, each can be held against another. */
  @Test
  void contendersAreComparedRoundByRound() throws Exception {
    Rounds.Played played =
        new Rounds(1, 2)
            .play(
                List.of(
                    contender("one", 1.0, 100.0, 50.0),
                    contender("many", 1.0, 50.0, 20.0),
                    contender("bare", 1.0, 200.0, 100.0)));

    assertThat(played.ratio(0, 1, RATE)).isEqualTo(new Spread(2.25, 2, 2.5));
    assertThat(played.rows(RATE, true))
        .extracting(row -> row.median(Column.RATIO))
        .containsExactly(0.5, 0.225, 1.0);
  }

  /** Where the reference is a matter of arithmetic. */
  @Test
  void aRatioMayBeToAnotherColumnOfTheSameRound() {
    Column limit = new Column("limit", "limit", 0);
    Rounds.Played played =
        new Rounds.Played(
            List.of("one"),
            List.of(
                List.of(
                    Sample.of(RATE, 90).with(limit, 100), Sample.of(RATE, 80).with(limit, 100))));

    assertThat(played.rowsBeside(RATE, limit).getFirst().median(Column.RATIO))
        .isCloseTo(0.85, within(1e-9));
  }
}
