package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.queue.HostLane;
import dev.stygian.graph.queue.Task;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.Optional;

/**
 * The names of host lanes, as {@code include/hosts.lua} describes them. They are parts of keys and
 * of the ids of chunks, so hosts stand there percent-encoded.
 */
final class HostLaneNames {
  private static final char BEHIND_CHUNK = '~';
  private static final byte[] NONE = {};

  private HostLaneNames() {}

  static String name(HostLane lane) {
    return lane.interval().toMillis()
        + "/"
        + lane.concurrency()
        + "/"
        + lane.patience().toMillis()
        + "/"
        + encoded(lane.host());
  }

  /** The name of a task's lane; empty where it visits no host. */
  static byte[] name(Task task) {
    return task.hostLane().map(lane -> bytes(name(lane))).orElse(NONE);
  }

  /** The id of a chunk of tasks that wait in a lane. */
  static String chunk(String id, Optional<HostLane> lane) {
    return lane.map(host -> id + BEHIND_CHUNK + name(host)).orElse(id);
  }

  /** The lane of a chunk's tasks. */
  static Optional<HostLane> ofChunk(String id) {
    int at = id.indexOf(BEHIND_CHUNK);
    return at < 0 ? Optional.empty() : Optional.of(parse(id.substring(at + 1)));
  }

  /** The lane of a name. */
  static HostLane parse(String name) {
    String[] parts = name.split("/", 4);
    return new HostLane(
        host(parts[3]),
        Duration.ofMillis(Long.parseLong(parts[0])),
        Integer.parseInt(parts[1]),
        Duration.ofMillis(Long.parseLong(parts[2])));
  }

  /** A host as it stands in names. */
  static String encoded(String host) {
    return URLEncoder.encode(host, UTF_8);
  }

  /** The host that stands in a name. */
  static String host(String encoded) {
    return URLDecoder.decode(encoded, UTF_8);
  }
}
