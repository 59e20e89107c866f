package dev.stygian.graph.queue;

import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;

/**
 * The lanes of a run in their order, which finds a node's at once: that is asked several times for
 * each task, and runs have hundreds of nodes. Immutable.
 */
final class LaneTable extends AbstractList<LaneSpec> implements RandomAccess {
  private final List<LaneSpec> lanes;
  private final Map<String, Integer> numbers;

  private LaneTable(List<LaneSpec> lanes) {
    this.lanes = lanes;
    this.numbers = HashMap.newHashMap(lanes.size());
    for (int i = 0; i < lanes.size(); i++) {
      numbers.putIfAbsent(lanes.get(i).node(), i);
    }
  }

  static LaneTable of(List<LaneSpec> lanes) {
    return lanes instanceof LaneTable table ? table : new LaneTable(List.copyOf(lanes));
  }

  @Override
  public LaneSpec get(int number) {
    return lanes.get(number);
  }

  @Override
  public int size() {
    return lanes.size();
  }

  /** The number of a node's lane. */
  int numberOf(String node) {
    Integer number = numbers.get(node);
    if (number == null) {
      throw new IllegalArgumentException("the run has no node \"" + node + "\"");
    }
    return number;
  }
}
