package dev.stygian.bench.measure;

import java.util.Optional;

/**
 * How the cases are to run.
 *
 * @param redisUrl an empty server to use; empty: each case starts one of its own
 * @param server which server that is
 * @param seconds how long a round of a throughput case takes, about
 * @param smoke whether to run tiny counts once, for correctness alone
 * @param full whether the sizes that take minutes are measured too
 * @param batch how many tasks a call of the queue carries
 * @param threads how many threads lease and complete at once
 * @param variant empty: all of a case's variants; else those whose names contain it
 */
public record Setup(
    Optional<String> redisUrl,
    String server,
    int seconds,
    boolean smoke,
    boolean full,
    int batch,
    int threads,
    Optional<String> variant) {
  public Setup {
    if (seconds < 1 || batch < 1 || threads < 1) {
      throw new IllegalArgumentException("seconds, batch and threads are at least 1");
    }
  }

  /** How often a case is repeated. */
  public Rounds rounds(int warmUps, int counted) {
    return smoke ? new Rounds(0, 1) : new Rounds(warmUps, counted);
  }

  /** Whether a variant of a case is to be measured. */
  public boolean wants(String name) {
    return variant.map(name::contains).orElse(true);
  }

  /** A count that suits a measurement, or a tiny one. */
  public int count(int measured, int tiny) {
    return smoke ? tiny : measured;
  }
}
