package dev.stygian.graph.item;

/**
 * What executions used up outside: of sites, of a model's API. It is spent whatever became of the
 * execution, so attempts that failed count too.
 *
 * @param requests that were sent
 * @param bytes that came back
 * @param inputTokens that a model read
 * @param outputTokens that a model wrote
 * @param costMicros what the tokens cost, in millionths of the currency in which the pipeline gives
 *     prices; 0 where it gives none
 */
public record Spending(
    long requests, long bytes, long inputTokens, long outputTokens, long costMicros) {
  /** Nothing was used up. */
  public static final Spending NONE = new Spending(0, 0, 0, 0, 0);

  public Spending plus(Spending other) {
    return new Spending(
        requests + other.requests,
        bytes + other.bytes,
        inputTokens + other.inputTokens,
        outputTokens + other.outputTokens,
        costMicros + other.costMicros);
  }
}
