package dev.stygian.graph.queue;

import dev.stygian.graph.settings.LastUsed;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Notes of one process: a bounded number, those that were looked at least recently go first. Those
 * on shelves are bounded by their bytes instead.
 */
final class LocalNotes implements Notes {
  private static final int MOST = 10_000;
  private static final byte[] CLAIMED = {};

  private final InstantSource clock;
  private final Map<String, Note> byName = new LastUsed<>(MOST);

  private final Map<String, Shelved> shelved = new HashMap<>();
  private final Map<String, Long> bytesByShelf = new HashMap<>();

  private record Shelved(String shelf, Note note) {
    long bytes() {
      return (long) note.value.length + SHELVED_BYTES;
    }
  }

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
    return findStart(name, Integer.MAX_VALUE);
  }

  @Override
  public synchronized Optional<byte[]> findStart(String name, int mostBytes) {
    Shelved onShelf = shelved.get(name);
    Note note = onShelf == null ? byName.get(name) : onShelf.note;
    if (note == null || note.until <= clock.millis()) {
      forget(name);
      return Optional.empty();
    }
    return Optional.of(Arrays.copyOf(note.value, Math.min(mostBytes, note.value.length)));
  }

  @Override
  public synchronized void put(String name, byte[] value, Duration ttl) {
    forget(name);
    byName.put(name, new Note(value.clone(), Deadline.after(clock.millis(), ttl)));
  }

  @Override
  public synchronized boolean putOn(
      String shelf, long shelfBytes, String name, byte[] value, Duration ttl) {
    forget(name);
    Shelved one = new Shelved(shelf, new Note(value.clone(), Deadline.after(clock.millis(), ttl)));
    if (!hasRoom(shelf, shelfBytes, one)) {
      clearLapsed();
      if (!hasRoom(shelf, shelfBytes, one)) {
        return false;
      }
    }
    shelved.put(name, one);
    bytesByShelf.merge(shelf, one.bytes(), Long::sum);
    return true;
  }

  private boolean hasRoom(String shelf, long shelfBytes, Shelved one) {
    return bytesByShelf.getOrDefault(shelf, 0L) + one.bytes() <= shelfBytes;
  }

  private void clearLapsed() {
    shelved
        .values()
        .removeIf(one -> {
          boolean isOver = one.note.until <= clock.millis();
          if (isOver) {
            takenOff(one);
          }
          return isOver;
        });
  }

  private void takenOff(Shelved one) {
    bytesByShelf.merge(one.shelf, -one.bytes(), Long::sum);
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
    Shelved was = shelved.remove(name);
    if (was != null) {
      takenOff(was);
    }
  }
}
