package dev.stygian.bench.chaos;

import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How a run of {@link GrowingPipeline} grows, decided by the items' numbers alone: which items find
 * which, into how many parts each is split, which host a part visits, and what of it fails. Items
 * are numbered from 0: first those that are submitted, then those that can be found, which are half
 * as many.
 */
final class Growth implements Tasks {
  /** A few items are split into more than goes to the queue in one call. */
  static final int MOST_PARTS = 250;

  private static final int HOSTS = 60;
  private static final int FEW_PARTS = 4;

  private final int submitted;
  private final int findable;
  private final BitSet reached;
  private final int[] firstPlaces;

  /**
   * The growth of so many items.
   *
   * @param submitted how many are submitted
   */
  Growth(int submitted) {
    this.submitted = submitted;
    this.findable = submitted / 2;
    this.reached = reached();
    this.firstPlaces = new int[submitted + findable + 1];
    for (int item = 0; item < submitted + findable; item++) {
      firstPlaces[item + 1] = firstPlaces[item] + parts(item);
    }
  }

  /** How many numbers of items there are. */
  int numbers() {
    return submitted + findable;
  }

  /** Whether an item is submitted, or found by one that is reached. */
  boolean isReached(int item) {
    return reached.get(item);
  }

  private BitSet reached() {
    BitSet seen = new BitSet();
    seen.set(0, submitted);
    for (int item = seen.nextSetBit(0); item >= 0; item = seen.nextSetBit(item + 1)) {
      follow(item, seen);
    }
    return seen;
  }

  private void follow(int from, BitSet seen) {
    int[] open = {from};
    while (open.length > 0) {
      int[] found =
          Arrays.stream(open)
              .filter(item -> Fate.of(item) != Fate.DIES_EARLY)
              .flatMap(item -> Arrays.stream(links(item, submitted)))
              .filter(item -> !seen.get(item))
              .distinct()
              .toArray();
      Arrays.stream(found).forEach(seen::set);
      open = found;
    }
  }

  /**
   * What an item finds: several find the same, and some of it finds its way back.
   *
   * @param submitted how many items are
   */
  static int[] links(int item, int submitted) {
    int findable = submitted / 2;
    if (findable == 0) {
      return new int[0];
    }
    int place = item < submitted ? item : item - submitted + 1;
    return new int[] {
      submitted + place % findable, submitted + (int) ((place * 7L + 3) % findable)
    };
  }

  /** Into how many parts an item is split; into none, some of them. */
  static int parts(int item) {
    return item % 500 == 77 ? MOST_PARTS : item % FEW_PARTS;
  }

  /** The host that a part visits. */
  static int host(int item, int part) {
    return (int) ((item * 7L + part) % HOSTS);
  }

  /** A host's name, by which the pipeline knows how it is to be visited. */
  static String hostName(int host) {
    return String.format(
        Locale.ROOT, "host-%02d.%s", host, isPaced(host) ? "paced.invalid" : "busy.invalid");
  }

  private static boolean isPaced(int host) {
    return host % 2 == 0;
  }

  /** How all hosts may be visited. */
  static List<HostTimes.Pace> paces() {
    return IntStream.range(0, HOSTS)
        .mapToObj(host ->
            new HostTimes.Pace(
                hostName(host),
                isPaced(host) ? GrowingPipeline.INTERVAL : Duration.ZERO,
                GrowingPipeline.CONCURRENCY))
        .toList();
  }

  /** Whether a part dies at its host; its item cannot be collected then. */
  static boolean dies(int item, int part) {
    return Fate.of(item) == Fate.DIES_LATE && part == parts(item) - 1;
  }

  /** Whether the first visit of a part fails. */
  static boolean failsOnce(int item, int part) {
    return (item + part) % 20 == 9;
  }

  @Override
  public List<String> nodes() {
    return GrowingPipeline.NODES;
  }

  @Override
  public int count(String node) {
    return node.equals(GrowingPipeline.VISIT) ? firstPlaces[numbers()] : numbers();
  }

  @Override
  public int place(String node, int item, int part) {
    if (item < 0 || item >= numbers() || part < 0) {
      return -1;
    }
    if (node.equals(GrowingPipeline.VISIT)) {
      return part < parts(item) ? firstPlaces[item] + part : -1;
    }
    return part == 0 ? item : -1;
  }

  @Override
  public boolean isFollower(String node) {
    return node.equals(GrowingPipeline.LAST);
  }

  /** What the counters have to come to. */
  PlannedEnds planned() {
    long early = reached.stream().filter(item -> Fate.of(item) == Fate.DIES_EARLY).count();
    long late = reached.stream().filter(item -> Fate.of(item) == Fate.DIES_LATE).count();
    long split = reached.cardinality() - early;
    long parts =
        reached.stream()
            .filter(item -> Fate.of(item) != Fate.DIES_EARLY)
            .mapToLong(Growth::parts)
            .sum();
    Map<String, PlannedEnds.OfNode> nodes = new HashMap<>();
    nodes.put(GrowingPipeline.FIND, new PlannedEnds.OfNode(split, early));
    nodes.put(GrowingPipeline.CUT, new PlannedEnds.OfNode(split, 0));
    nodes.put(GrowingPipeline.VISIT, new PlannedEnds.OfNode(parts - late, late));
    nodes.put(GrowingPipeline.GATHER, new PlannedEnds.OfNode(split - late, late));
    nodes.put(GrowingPipeline.LAST, new PlannedEnds.OfNode(split - late, 0));
    return new PlannedEnds(
        submitted,
        reached.cardinality() - submitted + parts,
        split - late + parts - late,
        early + late + late,
        nodes,
        late);
  }
}
