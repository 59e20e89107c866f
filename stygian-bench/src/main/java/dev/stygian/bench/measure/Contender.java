package dev.stygian.bench.measure;

/** Who takes part in the rounds of a case: ours, or the reference. */
public record Contender(String name, Round round) {
  /** Does the work once, from the same beginning each time, and checks what came out. */
  @FunctionalInterface
  public interface Round {
    Sample play() throws Exception;
  }
}
