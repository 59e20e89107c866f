package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import java.util.List;

/**
 * The results of one run that are booked in one call, as one blob of the run, which the run's
 * results name. One try's, like {@link StagedValues}. For one thread.
 */
final class StagedResults {
  private final byte[] name;
  private final long run;
  private final ByteWriter results = new ByteWriter(0);

  StagedResults(String name, long run) {
    this.name = bytes(name);
    this.run = run;
  }

  byte[] name() {
    return name;
  }

  /** Takes results, one behind another. */
  ByteWriter writer() {
    return results;
  }

  /** Adds what puts them down. */
  void addTo(Keys keys, List<RedisLink.Preceding> before) {
    byte[] blobs = keys.run(run, "blobs");
    byte[] all = results.toBytes();
    before.add(server -> server.hset(blobs, name, all));
  }
}
