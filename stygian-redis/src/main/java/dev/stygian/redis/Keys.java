package dev.stygian.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

/**
 * The keys of one queue: the fixed ones in the order in which every script gets them (see {@code
 * include/keys.lua}), and those of a run, which the scripts make from the same prefix.
 */
final class Keys {
  /**
   * A key that never exists. While a Cluster moves a slot, key by key, a node refuses a call that
   * names a key which is not there: so no script runs on a part of the queue, and all of them wait.
   */
  private static final String NEVER = "never";

  private static final List<String> FIXED =
      List.of(
          "meta",
          "ring",
          "leases",
          "deadlines",
          "delayed",
          "chunks",
          "flight",
          "runs",
          "workers",
          NEVER);

  private final String prefix;
  private final byte[][] fixed;

  /**
   * The braces make the queue's name the hash tag of Redis Cluster; a name with a brace keeps its
   * tag whole.
   */
  Keys(String queueName) {
    this.prefix = "stygian:{" + queueName.replace("{", "(").replace("}", ")") + "}:";
    this.fixed = FIXED.stream().map(part -> bytes(prefix + part)).toArray(byte[][]::new);
  }

  byte[][] fixed() {
    return fixed;
  }

  byte[] meta() {
    return fixed[0];
  }

  byte[] leases() {
    return fixed[2];
  }

  byte[] deadlines() {
    return fixed[3];
  }

  byte[] delayed() {
    return fixed[4];
  }

  byte[] chunks() {
    return fixed[5];
  }

  byte[] flight() {
    return fixed[6];
  }

  byte[] runs() {
    return fixed[7];
  }

  byte[] workers() {
    return fixed[8];
  }

  byte[] run(long run) {
    return bytes(prefix + "r:" + run);
  }

  byte[] run(long run, String part) {
    return bytes(prefix + "r:" + run + ":" + part);
  }

  byte[] chunk(String chunk) {
    return bytes(prefix + "c:" + chunk);
  }

  /** A node's lane, or that of a host. */
  byte[] lane(QueueWalk.Lane lane) {
    String host = lane.host().isEmpty() ? "" : ":" + lane.host();
    return bytes(prefix + "l:" + lane.run() + ":" + lane.node() + host);
  }

  /** The tasks that wait behind an idempotency key, given as it stands in keys. */
  byte[] parked(byte[] key) {
    byte[] before = bytes(prefix + "p:");
    return new ByteWriter(before.length + key.length).put(before).put(key).toBytes();
  }

  byte[] values(long generation) {
    return bytes(prefix + "v:" + generation);
  }

  byte[] signal(String service) {
    return bytes(prefix + "sig:" + service);
  }

  /** What processes tell each other under a name. */
  byte[] note(String name) {
    return bytes(prefix + "n:" + name);
  }

  /** The signal by which a process ends its own wait. */
  byte[] stop(String process) {
    return bytes(prefix + "stop:" + process);
  }

  /** What is written to see when a replica has it. */
  byte[] fence() {
    return bytes(prefix + "fence");
  }

  String prefix() {
    return prefix;
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
