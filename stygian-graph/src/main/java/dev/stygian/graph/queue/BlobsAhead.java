package dev.stygian.graph.queue;

import dev.stygian.graph.item.BlobName;
import dev.stygian.graph.item.BlobStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A store for who reads many blobs in a known order: with each, the next ones begin to be fetched,
 * so that a reader of results does not wait for every single one. Holds {@link #AT_ONCE} at most;
 * what is asked for again, or out of order, is fetched again. Thread-safe.
 */
final class BlobsAhead implements BlobStore {
  private static final int AT_ONCE = 16;

  private final BlobStore store;
  private final List<BlobName> order;
  private final Map<BlobName, Integer> firstPlaces = new HashMap<>();
  private final List<Optional<FutureTask<Optional<byte[]>>>> fetched = new ArrayList<>();
  private int begun;

  BlobsAhead(BlobStore store, List<BlobName> order) {
    this.store = store;
    this.order = List.copyOf(order);
    for (int i = 0; i < order.size(); i++) {
      firstPlaces.putIfAbsent(order.get(i), i);
      fetched.add(Optional.empty());
    }
  }

  @Override
  public Optional<byte[]> get(BlobName name) {
    Optional<FutureTask<Optional<byte[]>>> own = take(name);
    if (own.isEmpty()) {
      return store.get(name);
    }
    try {
      return own.get().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return store.get(name);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private synchronized Optional<FutureTask<Optional<byte[]>>> take(BlobName name) {
    Integer place = firstPlaces.get(name);
    if (place == null) {
      return Optional.empty();
    }
    while (begun < order.size() && begun < place + AT_ONCE) {
      begin(begun);
      begun++;
    }
    Optional<FutureTask<Optional<byte[]>>> own = fetched.get(place);
    fetched.set(place, Optional.empty());
    return own;
  }

  private void begin(int place) {
    BlobName name = order.get(place);
    if (firstPlaces.getOrDefault(name, place) != place) {
      return; // it is fetched for its first place
    }
    FutureTask<Optional<byte[]>> fetch = new FutureTask<>(() -> store.get(name));
    fetched.set(place, Optional.of(fetch));
    Thread.ofVirtual().name("stygian-blobs").start(fetch);
  }

  @Override
  public void put(BlobName name, byte[] bytes) {
    store.put(name, bytes);
  }

  @Override
  public List<String> runs(String queue, String after, int most) {
    return store.runs(queue, after, most);
  }

  @Override
  public int delete(String queue, String run, Instant before, int most) {
    return store.delete(queue, run, before, most);
  }

  @Override
  public boolean delete(BlobName name, Instant before) {
    return store.delete(name, before);
  }

  @Override
  public String place() {
    return store.place();
  }

  @Override
  public void close() {
    // the store is not this one's
  }
}
