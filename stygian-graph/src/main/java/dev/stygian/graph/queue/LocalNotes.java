package dev.stygian.graph.queue;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Notes of one process: a bounded number, those that were looked at least recently go first. */
final class LocalNotes implements Notes {
  private static final int MOST = 10_000;
  private static final byte[] CLAIMED = {};

  private final InstantSource clock;
  private final LinkedHashMap<String, Note> byName =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Note> eldest) {
          return size() > MOST;
        }
      };

  private static final class Note {
    final byte[] value;
    final long until;

    Note(byte[] value, long until) {
      this.value = value;
      this.until = until;
    }
  }

  LocalNotes(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized Optional<byte[]> find(String name) {
    Note note = byName.get(name);
    if (note == null || note.until <= clock.millis()) {
      byName.remove(name);
      return Optional.empty();
    }
    return Optional.of(note.value.clone());
  }

  @Override
  public synchronized void put(String name, byte[] value, Duration ttl) {
    byName.put(name, new Note(value.clone(), Deadline.after(clock.millis(), ttl)));
  }

  @Override
  public synchronized boolean claim(String name, Duration ttl) {
    if (find(name).isPresent()) {
      return false;
    }
    put(name, CLAIMED, ttl);
    return true;
  }

  @Override
  public synchronized void forget(String name) {
    byName.remove(name);
  }
}
