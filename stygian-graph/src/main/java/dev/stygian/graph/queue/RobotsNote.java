package dev.stygian.graph.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * A robots.txt that is not to be had, as it is noted for those who ask why the tasks of its host
 * wait. Of several sites that count as one host, the one that was asked last is noted.
 *
 * @param site whose it is: a scheme, host and port
 * @param since when it could not be had first
 * @param next when it is asked for again
 */
public record RobotsNote(String site, Instant since, Instant next) {
  /** The name of the note; {@code host} as lanes have it. */
  public static String name(String host) {
    return "robots-away/" + host;
  }

  /** What is noted. */
  public byte[] value() {
    return (since + " " + next + " " + site).getBytes(UTF_8);
  }

  /** What was noted; empty where it is of another version. */
  public static Optional<RobotsNote> of(byte[] value) {
    String[] parts = new String(value, UTF_8).split(" ", 3);
    try {
      return parts.length < 3
          ? Optional.empty()
          : Optional.of(new RobotsNote(parts[2], Instant.parse(parts[0]), Instant.parse(parts[1])));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }
}
