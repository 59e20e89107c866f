package dev.stygian.bench.measure;

import java.util.List;

/** Something that is measured beside its reference. */
public interface BenchCase {
  /** What it is called on the command line. */
  String name();

  /** One sentence on what it measures. */
  String summary();

  /**
   * Measures, and checks that what was done was done right.
   *
   * @return one table or several
   * @throws IllegalStateException where a result is missing or wrong
   */
  List<CaseReport> run(Setup setup) throws Exception;
}
