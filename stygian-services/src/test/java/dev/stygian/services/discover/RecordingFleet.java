package dev.stygian.services.discover;

import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.LoneFleet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A fleet that hands on what was found, each once; without rules, unless it obeys robots.txt. */
final class RecordingFleet extends LoneFleet {
  private final Set<String> known = new HashSet<>();
  private final List<Found> found = new ArrayList<>();
  private boolean obeysRobots;
  private int longestBatch;

  static RecordingFleet obeyingRobots() {
    RecordingFleet fleet = new RecordingFleet();
    fleet.obeysRobots = true;
    return fleet;
  }

  @Override
  public boolean obeysRobots() {
    return obeysRobots;
  }

  List<Found> takeFound() {
    List<Found> taken = List.copyOf(found);
    found.clear();
    return taken;
  }

  /** How many items came at once at most. */
  int longestBatch() {
    return longestBatch;
  }

  @Override
  public void found(List<Found> items, long limit) {
    longestBatch = Math.max(longestBatch, items.size());
    items.stream().filter(item -> known.add(item.identity())).forEach(found::add);
  }
}
