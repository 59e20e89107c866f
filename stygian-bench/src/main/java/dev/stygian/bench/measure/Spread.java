package dev.stygian.bench.measure;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** What several rounds gave for one figure: the median, and how far they lay apart. */
public record Spread(double median, double least, double most) {
  public Spread {
    if (!(least <= median && median <= most)) {
      throw new IllegalArgumentException("a median lies between the least and the most");
    }
  }

  /** A figure that was taken once. */
  public static Spread of(double only) {
    return new Spread(only, only, only);
  }

  /**
   * The spread of one figure over the rounds; the median of an even number is the middle's mean.
   */
  public static Spread of(Collection<Double> rounds) {
    if (rounds.isEmpty()) {
      throw new IllegalArgumentException("a spread needs a round");
    }
    double[] sorted = rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int half = sorted.length / 2;
    double median = sorted.length % 2 == 1 ? sorted[half] : sorted[half - 1] / 2 + sorted[half] / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }

  /** {@code 97,120 [95,003-98,400]}; the median alone where the rounds do not differ. */
  public String text(int decimals) {
    String format = "%,." + decimals + "f";
    String[] parts =
        Arrays.stream(new double[] {median, least, most})
            .mapToObj(value -> String.format(Locale.ROOT, format, value))
            .toArray(String[]::new);
    return least == most ? parts[0] : parts[0] + " [" + parts[1] + "-" + parts[2] + "]";
  }
}
