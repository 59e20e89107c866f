package dev.stygian.services.extract;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@link HtmlScan} found of each field, in the page's order. For one thread. */
final class ScanResult {
  private final ScanPlan plan;
  private final long[] counts;
  private final List<List<Match>> matches;

  ScanResult(ScanPlan plan) {
    this.plan = plan;
    this.counts = new long[plan.fields().size()];
    this.matches = new ArrayList<>(counts.length);
    for (int i = 0; i < counts.length; i++) {
      matches.add(new ArrayList<>());
    }
  }

  /** Counts a match of a field and says which place in its list of values it has. */
  int count(int field) {
    counts[field]++;
    List<Match> found = matches.get(field);
    found.add(new Match.OfScanned(Optional.empty()));
    return found.size() - 1;
  }

  boolean isCounted(int field) {
    return counts[field] > 0;
  }

  void countOnly(int field) {
    counts[field]++;
  }

  void set(int field, int place, @Nullable String raw) {
    matches.get(field).set(place, new Match.OfScanned(Optional.ofNullable(raw)));
  }

  List<Match> all(Field field) {
    return matches.get(index(field));
  }

  long count(Field field) {
    return counts[index(field)];
  }

  private int index(Field field) {
    for (int i = 0; i < counts.length; i++) {
      if (plan.fields().get(i).name().equals(field.name())) {
        return i;
      }
    }
    throw new IllegalArgumentException("no field of this plan: " + field.name());
  }
}
