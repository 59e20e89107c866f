package dev.stygian.bench.chaos;

/** What can be done to a run. */
enum FaultKind {
  KILL_WORKER("a worker is killed", Victim.WORKER, 16, 0, 0),
  KILL_SUBMITTER("the submitter is killed", Victim.SUBMITTER, 8, 0, 0),
  KILL_READER("the reader of results is killed", Victim.READER, 6, 0, 0),
  KILL_SERVER("the server is killed, and started again", Victim.SERVER, 8, 100, 1_500),
  PAUSE_SERVER("the server is paused", Victim.SERVER, 4, 300, 3_000),
  FILL_MEMORY("the server's memory is full", Victim.SERVER, 5, 300, 2_000),
  PAUSE_WORKER("a worker is paused past its leases", Victim.WORKER, 14, 2_500, 6_000),
  SHIFT_CLOCK("a worker comes back with another time", Victim.WORKER, 6, 0, 0),
  CUT("connections are cut", Victim.LINKS, 12, 0, 0),
  CUT_REPLY("connections are cut in a reply", Victim.LINKS, 8, 0, 0),
  CUT_REQUEST("connections are cut in a request", Victim.LINKS, 5, 0, 0),
  DELAY("everything arrives late", Victim.LINKS, 8, 1_000, 4_000),
  ISOLATE("one process is cut off past its leases", Victim.LINK, 8, 2_500, 6_000),
  STALL("nothing arrives anywhere", Victim.ALL_LINKS, 4, 300, 3_000);

  /** Whom it hits. */
  enum Victim {
    WORKER,
    SUBMITTER,
    READER,
    SERVER,

    /** The connections of one process or of all. */
    LINKS,

    /** The connections of one process. */
    LINK,
    ALL_LINKS
  }

  /**
   * What it comes to: processes killed, processes paused, connections dropped, or something else.
   */
  enum Sort {
    KILL,
    PAUSE,
    DROP,
    OTHER
  }

  private final String text;
  private final Victim victim;
  private final int share;
  private final int shortestMillis;
  private final int longestMillis;

  FaultKind(String text, Victim victim, int share, int shortestMillis, int longestMillis) {
    this.text = text;
    this.victim = victim;
    this.share = share;
    this.shortestMillis = shortestMillis;
    this.longestMillis = longestMillis;
  }

  String text() {
    return text;
  }

  Victim victim() {
    return victim;
  }

  /**
   * A worker that comes back with another time was killed too, but not for that; what is late or
   * held up arrives in the end.
   */
  Sort sort() {
    return switch (this) {
      case KILL_WORKER, KILL_SUBMITTER, KILL_READER, KILL_SERVER -> Sort.KILL;
      case PAUSE_SERVER, PAUSE_WORKER -> Sort.PAUSE;
      case CUT, CUT_REPLY, CUT_REQUEST -> Sort.DROP;
      case FILL_MEMORY, SHIFT_CLOCK, DELAY, ISOLATE, STALL -> Sort.OTHER;
    };
  }

  /** How often it is drawn, beside the others' shares. */
  int share() {
    return share;
  }

  int shortestMillis() {
    return shortestMillis;
  }

  int longestMillis() {
    return longestMillis;
  }

  /** Whether the server is of no use to anybody while it lasts, and its end is a return. */
  boolean stopsEverything() {
    return victim == Victim.SERVER || victim == Victim.ALL_LINKS;
  }
}
