package dev.stygian.graph.queue;

import java.time.Duration;

/**
 * One request to a host, as it came out, or that it is under way.
 *
 * @param node for which it was sent
 * @param startedNanos when it was sent, by {@link System#nanoTime}
 * @param took until the answer was whole, or missing for good
 * @param bytes of the answer, as they came
 */
public record Visit(
    RunId run,
    String node,
    String host,
    long startedNanos,
    Duration took,
    long bytes,
    Answer answer) {

  /** How the host took it. */
  public sealed interface Answer {
    /** As it should, whatever it said: a page that is missing is an answer. */
    record Fine() implements Answer {}

    /**
     * It asks for fewer requests.
     *
     * @param retryAfter for how long it wants none at all; zero: it did not say
     */
    record TooMany(Duration retryAfter) implements Answer {}

    /**
     * As it should; and it asks for so much time between two requests, as a robots.txt may.
     *
     * @param atLeast zero: it asks for none any more
     * @param site that asks: where several sites count as one host, the longest of what they ask
     *     for holds. What is longer than 200 characters is cut off there
     */
    record Interval(Duration atLeast, String site) implements Answer {
      private static final int MOST_CHARACTERS = 200;

      public Interval {
        site = site.length() > MOST_CHARACTERS ? site.substring(0, MOST_CHARACTERS) : site;
      }

      /** What a host asks for that is one site. */
      public Interval(Duration atLeast) {
        this(atLeast, "");
      }
    }

    /** Not at all, or with an error of its own. */
    record Failure() implements Answer {}

    /**
     * There is none yet: all that counts is when the request was sent. Another visit tells what it
     * came to.
     */
    record UnderWay() implements Answer {}
  }
}
