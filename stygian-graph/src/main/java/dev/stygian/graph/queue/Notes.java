package dev.stygian.graph.queue;

import java.time.Duration;
import java.util.Optional;

/**
 * Small values that all processes of a queue share for a time, such as what a host's robots.txt
 * says. Any may be gone at any time. Thread-safe.
 */
public interface Notes {
  Optional<byte[]> find(String name);

  void put(String name, byte[] value, Duration ttl);

  /** Whether the caller is the only one to have claimed this name within the time. */
  boolean claim(String name, Duration ttl);

  /** Ends a note, or a claim, before its time. */
  void forget(String name);
}
