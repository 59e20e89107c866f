package dev.stygian.cli;

import dev.stygian.graph.error.SettingInvalidException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The queues of {@code --queues}: {@code NAME=WEIGHT,…} shares the slots by weight, {@code NAME,…}
 * serves each only while those before it have nothing to do.
 */
record ServedQueues(List<Served> all) {
  private static final int MOST_WEIGHT = 1_000;

  /**
   * One of them.
   *
   * @param rank the same for all that share by weight; else the place in the list
   */
  record Served(String name, int rank, int weight) {}

  ServedQueues {
    all = List.copyOf(all);
  }

  static ServedQueues only(String name) {
    return new ServedQueues(List.of(new Served(name, 0, 1)));
  }

  /** Reads what was given. */
  static ServedQueues parse(String text) {
    List<Served> all = new ArrayList<>();
    Set<String> names = new HashSet<>();
    boolean byWeight = text.contains("=");
    for (String part : text.split(",", -1)) {
      int at = part.lastIndexOf('=');
      String name = (at < 0 ? part : part.substring(0, at)).strip();
      if (name.isEmpty() || (at < 0 && byWeight)) {
        throw new SettingInvalidException(
            "--queues "
                + text
                + " cannot be; write NAME=WEIGHT,NAME=WEIGHT to share by weight, or NAME,NAME for"
                + " one after the other");
      }
      if (!names.add(name)) {
        throw new SettingInvalidException("--queues names queue " + name + " twice");
      }
      all.add(
          byWeight
              ? new Served(name, 0, weight(name, part.substring(at + 1)))
              : new Served(name, all.size(), 1));
    }
    return new ServedQueues(all);
  }

  private static int weight(String name, String text) {
    try {
      int weight = Integer.parseInt(text.strip());
      if (weight >= 1 && weight <= MOST_WEIGHT) {
        return weight;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new SettingInvalidException(
        "queue "
            + name
            + " has the weight "
            + text
            + "; write a whole number from 1 to "
            + MOST_WEIGHT);
  }
}
