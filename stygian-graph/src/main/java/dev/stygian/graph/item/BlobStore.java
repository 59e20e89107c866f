package dev.stygian.graph.item;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The port of a place for bodies that are too large for the queue, such as a folder that all
 * machines see. A blob is put before the queue knows of it and never changes, so who has its name
 * finds it; what no queue knows of is only waste, and goes with its run at the latest. Thread-safe;
 * methods block the calling thread, which is meant to be virtual, for a bounded time, and throw
 * {@link dev.stygian.graph.error.BlobUnavailableException} where the store does not do what was
 * asked. An interrupt may end them so, and stays set.
 */
public interface BlobStore extends AutoCloseable {
  /** Puts a blob, whole or not at all; one of that name is as good, and counts as new from now. */
  void put(BlobName name, byte[] bytes);

  /** The bytes of a blob; empty where there is none of that name. */
  Optional<byte[]> get(BlobName name);

  /**
   * The folders of a queue's runs that have blobs, in the order of their names.
   *
   * @param after a folder's name; empty text to start
   */
  List<String> runs(String queue, String after, int most);

  /**
   * Deletes blobs of a run that were put before a moment, by the store's clock. Several may do so
   * at once.
   *
   * @return how many there were, at most so many
   */
  int delete(String queue, String run, Instant before, int most);

  /**
   * Deletes one blob, if it was put before a moment, by the store's clock: one that was put again
   * since then may be needed again. A store looks first and deletes then, so one that is put again
   * between the two is lost.
   *
   * @return whether it was there and was deleted
   */
  boolean delete(BlobName name, Instant before);

  /** Where this is, for people: no password is in it. */
  String place();

  @Override
  void close();
}
