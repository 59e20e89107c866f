package dev.stygian.graph.queue;

import java.time.Duration;
import java.util.Optional;

/**
 * Small values that all processes of a queue share for a time, such as what a host's robots.txt
 * says. Any may be gone at any time. Larger ones lie on shelves, which are bounded. Thread-safe.
 */
public interface Notes {
  /** What a note on a shelf counts besides its value: its name, and what is kept of it in books. */
  int SHELVED_BYTES = 400;

  Optional<byte[]> find(String name);

  /** The first bytes of a note, at most so many. */
  Optional<byte[]> findStart(String name, int mostBytes);

  void put(String name, byte[] value, Duration ttl);

  /**
   * Puts a note on a shelf. What lies on one takes at most so many bytes, and nothing is taken off
   * it to make room: a note that finds none is not put, and what stood under its name is gone. That
   * may also happen where the server is short of memory, or does not answer at once.
   *
   * @return whether the note was put
   */
  boolean putOn(String shelf, long shelfBytes, String name, byte[] value, Duration ttl);

  /** Whether the caller is the only one to have claimed this name within the time. */
  boolean claim(String name, Duration ttl);

  /** Ends a note, or a claim, before its time. */
  void forget(String name);
}
