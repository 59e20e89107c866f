package dev.stygian.graph.queue;

/**
 * What became of emitted items.
 *
 * @param accepted are items of the run now
 * @param duplicates of items that the run has had
 * @param overLimit would have been more than the node may emit
 */
public record Emitted(long accepted, long duplicates, long overLimit) {
  /** Nothing was emitted. */
  public static final Emitted NONE = new Emitted(0, 0, 0);

  public Emitted plus(Emitted other) {
    return new Emitted(
        accepted + other.accepted, duplicates + other.duplicates, overLimit + other.overLimit);
  }
}
