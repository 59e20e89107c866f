package dev.stygian.bench.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is run while it is harmed. */
public enum Trial {
  /** A branch, a join and a node that goes on in memory, for what is submitted alone. */
  FIXED {
    @Override
    String toml(Path journals, int items) {
      return TrialPipeline.toml(journals);
    }

    @Override
    PlannedEnds planned(int items) {
      return TrialPipeline.planned(items);
    }

    @Override
    History history(Path journals, int items) throws IOException {
      return new FixedHistory(items, Executions.read(journals, TrialPipeline.tasks(items)));
    }
  },

  /** Items find others, are split, visit hosts part by part and are collected. */
  GROWING {
    @Override
    String toml(Path journals, int items) {
      return GrowingPipeline.toml(journals, items);
    }

    @Override
    PlannedEnds planned(int items) {
      return new Growth(items).planned();
    }

    @Override
    History history(Path journals, int items) throws IOException {
      return GrowingHistory.read(journals, new Growth(items));
    }
  };

  /** The names by which the command knows them. */
  public static final String NAMES =
      Arrays.stream(values()).map(Trial::text).collect(Collectors.joining(", "));

  /**
   * The trial of a name.
   *
   * @throws IllegalArgumentException where there is none
   */
  public static Trial of(String name) {
    return Arrays.stream(values())
        .filter(trial -> trial.text().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException("there is no trial \"" + name + "\"; there are " + NAMES));
  }

  /** Its name. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The pipeline's file.
   *
   * @param journals the folder in which executions are noted
   * @param items how many are submitted
   */
  abstract String toml(Path journals, int items);

  /** What the counters have to come to. */
  abstract PlannedEnds planned(int items);

  /** The history of a run that is over, with its executions. */
  abstract History history(Path journals, int items) throws IOException;
}
