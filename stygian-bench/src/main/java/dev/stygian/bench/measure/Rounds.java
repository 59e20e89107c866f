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
    List<List<Sample>> samples = new ArrayList<>();
    contenders.forEach(c -> samples.add(new ArrayList<>()));
    for (int round = 0; round < warmUps + counted; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        Sample sample = contenders.get(i).round().play();
        if (round >= warmUps) {
          samples.get(i).add(sample);
        }
      }
    }
    List<Row> rows = new ArrayList<>();
    List<Sample> reference = samples.getLast();
    for (int i = 0; i < contenders.size(); i++) {
      Row row = Row.of(contenders.get(i).name(), samples.get(i));
      rows.add(row.with(Column.RATIO, ratio(samples.get(i), reference, by, moreIsBetter)));
    }
    return rows;
  }

  private static Spread ratio(
      List<Sample> ours, List<Sample> reference, Column by, boolean moreIsBetter) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < ours.size(); round++) {
      double mine = ours.get(round).value(by);
      double theirs = reference.get(round).value(by);
      ratios.add(moreIsBetter ? mine / theirs : theirs / mine);
    }
    return Spread.of(ratios);
  }
}
