package dev.stygian.bench.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * Plays contenders in turns, so that whatever the machine does meanwhile meets all of them: first,
 * second, first, second. The first rounds of each warm up and do not count.
 *
 * @param warmUps rounds of each that do not count
 * @param counted rounds of each that do
 */
public record Rounds(int warmUps, int counted) {
  public Rounds {
    if (warmUps < 0 || counted < 1) {
      throw new IllegalArgumentException("at least one round counts");
    }
  }

  /**
   * Plays all contenders, the last of which is the reference.
   *
   * @param by the column that ratios are made of
   * @param moreIsBetter whether the ratio is ours through the reference, or the other way round
   * @return a row for each, in order; a ratio is the median of those of the single rounds
   */
  public List<Row> play(List<Contender> contenders, Column by, boolean moreIsBetter)
      throws Exception {
    return play(contenders).rows(by, moreIsBetter);
  }

  /** Plays all contenders and keeps what each round gave. */
  public Played play(List<Contender> contenders) throws Exception {
    List<List<Sample>> samples = new ArrayList<>();
    contenders.forEach(_ -> samples.add(new ArrayList<>()));
    for (int round = 0; round < warmUps + counted; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        Sample sample = contenders.get(i).round().play();
        if (round >= warmUps) {
          samples.get(i).add(sample);
        }
      }
    }
    return new Played(contenders.stream().map(Contender::name).toList(), samples);
  }

  /**
   * The rounds that counted.
   *
   * @param names of the contenders
   * @param samples of each contender, as many as there were rounds
   */
  public record Played(List<String> names, List<List<Sample>> samples) {
    public Played {
      names = List.copyOf(names);
      samples = samples.stream().map(List::copyOf).toList();
    }

    /** A row for each contender, with its ratio to the last. */
    public List<Row> rows(Column by, boolean moreIsBetter) {
      List<Row> rows = new ArrayList<>();
      int last = names.size() - 1;
      for (int i = 0; i <= last; i++) {
        Spread ratio = moreIsBetter ? ratio(i, last, by) : ratio(last, i, by);
        rows.add(Row.of(names.get(i), samples.get(i)).with(Column.RATIO, ratio));
      }
      return rows;
    }

    /** A row for each contender, whose ratio is that of one column through another of its own. */
    public List<Row> rowsBeside(Column by, Column reference) {
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        List<Double> ratios =
            samples.get(i).stream().map(s -> s.value(by) / s.value(reference)).toList();
        rows.add(Row.of(names.get(i), samples.get(i)).with(Column.RATIO, Spread.of(ratios)));
      }
      return rows;
    }

    /** One contender's figure through another's, round by round. */
    public Spread ratio(int dividend, int divisor, Column by) {
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < samples.getFirst().size(); round++) {
        double above = samples.get(dividend).get(round).value(by);
        ratios.add(above / samples.get(divisor).get(round).value(by));
      }
      return Spread.of(ratios);
    }
  }
}
