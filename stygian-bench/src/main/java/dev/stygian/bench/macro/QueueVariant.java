package dev.stygian.bench.macro;

import java.util.List;

/**
 * One setting of the queue case.
 *
 * @param lanes how many there are; each is a node of a run
 * @param sharesKeys whether another run of the same pipeline is there, which could have the same
 *     items
 * @param processes worker processes beside this one; 0: the work is done here
 * @param persistence options of the server
 * @param rounds that count
 */
record QueueVariant(
    String name,
    int lanes,
    boolean sharesKeys,
    int processes,
    List<String> persistence,
    int rounds) {
  private static final List<String> NONE = List.of("--save", "", "--appendonly", "no");

  /** Whether it is about a file that its server keeps, which only a server of ours does. */
  boolean isPersistent() {
    return !persistence.equals(NONE);
  }

  /** Those that are played in turns on one server, beside one reference. */
  static List<List<QueueVariant>> groups(int manyLanes) {
    return List.of(
        List.of(
            one(),
            new QueueVariant("1 lane, beside a run of its pipeline", 1, true, 0, NONE, 5),
            new QueueVariant("%,d lanes".formatted(manyLanes), manyLanes, false, 0, NONE, 5)),
        List.of(new QueueVariant("1 worker process", 1, false, 1, NONE, 3)),
        List.of(new QueueVariant("2 worker processes", 1, false, 2, NONE, 3)),
        List.of(new QueueVariant("appendfsync everysec", 1, false, 0, appendOnly("everysec"), 2)),
        List.of(new QueueVariant("appendfsync always", 1, false, 0, appendOnly("always"), 2)));
  }

  /** The plainest of all. */
  static QueueVariant one() {
    return new QueueVariant("1 lane", 1, false, 0, NONE, 5);
  }

  private static List<String> appendOnly(String fsync) {
    return List.of("--save", "", "--appendonly", "yes", "--appendfsync", fsync);
  }
}
