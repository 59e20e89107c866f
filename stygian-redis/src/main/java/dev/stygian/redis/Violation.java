package dev.stygian.redis;

/**
 * Something in a queue that does not add up.
 *
 * @param subject where: the run and its node, the lease, the host, or the queue
 * @param found what does not agree with what
 * @param meaning what that does to runs
 * @param remedy what the repair does, or, beyond repair, what a person can do
 * @param repair whether it can be repaired, and was
 */
public record Violation(
    String subject, String found, String meaning, String remedy, Repair repair) {

  /** How it stands with the repair. */
  public enum Repair {
    /** It is right again. */
    DONE,
    /** It can be mended without guessing, and was not. */
    POSSIBLE,
    /** It cannot be mended without guessing. */
    BEYOND
  }
}
