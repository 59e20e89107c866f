package dev.stygian.graph.item;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.settings.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every blob store does; a test of an adapter hands in an empty one. */
public abstract class BlobStoreContract {
  private static final String QUEUE = "0123456789abcdef";

  /** An empty store. */
  protected abstract BlobStore newStore() throws Exception;

  private static BlobName name(String run, String body) {
    return new BlobName(QUEUE, run, HexFormat.of().formatHex(Sha256.of(body.getBytes(UTF_8))));
  }

  /** So that every blob was put before it, whatever the clock of a server says. */
  private static Instant later() {
    return Instant.now().plus(Duration.ofDays(1));
  }

  private static void put(BlobStore store, String run, String body) {
    store.put(name(run, body), body.getBytes(UTF_8));
  }

  private static boolean has(BlobStore store, String run, String body) {
    return store.get(name(run, body)).isPresent();
  }

  @Test
  void what_was_put_is_read_as_it_was() throws Exception {
    try (BlobStore store = newStore()) {
      byte[] body = new byte[300_000];
      for (int i = 0; i < body.length; i++) {
        body[i] = (byte) ((i * 31) >> 3);
      }
      BlobName name = new BlobName(QUEUE, "run", HexFormat.of().formatHex(Sha256.of(body)));

      store.put(name, body);

      assertThat(store.get(name)).hasValue(body);
    }
  }

  @Test
  void what_was_never_put_is_not_there() throws Exception {
    try (BlobStore store = newStore()) {
      assertThat(has(store, "run", "body")).isFalse();
      put(store, "run", "body");
      assertThat(has(store, "another", "body")).as("a blob belongs to one run").isFalse();
    }
  }

  @Test
  void a_body_that_is_put_again_is_there_once() throws Exception {
    try (BlobStore store = newStore()) {
      put(store, "run", "body");
      put(store, "run", "body");

      assertThat(has(store, "run", "body")).isTrue();
      assertThat(store.delete(QUEUE, "run", later(), 10)).isEqualTo(1);
      assertThat(has(store, "run", "body")).isFalse();
    }
  }

  @Test
  void runs_are_listed_by_name_and_page_by_page() throws Exception {
    try (BlobStore store = newStore()) {
      assertThat(store.runs(QUEUE, "", 10)).isEmpty();
      for (String run : List.of("c", "a.1", "b-2")) {
        put(store, run, "body");
        put(store, run, "another body");
      }
      store.put(
          new BlobName("fedcba9876543210", "d", name("d", "x").digest()), "x".getBytes(UTF_8));

      assertThat(store.runs(QUEUE, "", 2)).containsExactly("a.1", "b-2");
      assertThat(store.runs(QUEUE, "b-2", 2)).containsExactly("c");
      assertThat(store.runs(QUEUE, "c", 2)).isEmpty();
    }
  }

  @Test
  void a_runs_blobs_are_deleted_so_many_at_a_time_and_no_others() throws Exception {
    try (BlobStore store = newStore()) {
      for (int i = 0; i < 5; i++) {
        put(store, "old", "body " + i);
      }
      put(store, "older", "body");

      assertThat(store.delete(QUEUE, "old", later(), 3)).isEqualTo(3);
      assertThat(store.delete(QUEUE, "old", later(), 3)).isEqualTo(2);
      assertThat(store.delete(QUEUE, "old", later(), 3)).isZero();
      assertThat(store.runs(QUEUE, "", 10)).containsExactly("older");
      assertThat(has(store, "older", "body")).isTrue();
    }
  }

  @Test
  void younger_blobs_stay() throws Exception {
    try (BlobStore store = newStore()) {
      put(store, "run", "body");

      assertThat(store.delete(QUEUE, "run", Instant.now().minus(Duration.ofDays(1)), 10)).isZero();
      assertThat(has(store, "run", "body")).isTrue();
    }
  }

  @Test
  void one_blob_is_deleted_and_its_twin_of_another_owner_stays() throws Exception {
    try (BlobStore store = newStore()) {
      BlobName shared = name("run", "body");
      BlobName one = owned(shared, "0123456789abcdef");
      BlobName other = owned(shared, "fedcba9876543210");
      for (BlobName each : List.of(shared, one, other)) {
        store.put(each, "body".getBytes(UTF_8));
      }

      assertThat(store.delete(one, later())).isTrue();
      assertThat(store.delete(one, later())).as("again").isFalse();

      assertThat(store.get(one)).isEmpty();
      assertThat(store.get(other)).hasValue("body".getBytes(UTF_8));
      assertThat(has(store, "run", "body")).isTrue();
      assertThat(store.delete(QUEUE, "run", later(), 10)).as("with its run").isEqualTo(2);
    }
  }

  @Test
  void one_blob_that_was_put_since_stays() throws Exception {
    try (BlobStore store = newStore()) {
      BlobName name = owned(name("run", "body"), "0123456789abcdef");
      store.put(name, "body".getBytes(UTF_8));

      assertThat(store.delete(name, Instant.now().minus(Duration.ofDays(1)))).isFalse();
      assertThat(store.get(name)).isPresent();
    }
  }

  private static BlobName owned(BlobName name, String owner) {
    return new BlobName(name.queue(), name.run(), name.digest(), Optional.of(owner));
  }

  @Test
  void many_put_and_delete_at_once() throws Exception {
    try (BlobStore store = newStore();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String body = "body " + i % 5;
        all.add(threads.submit(() -> put(store, "kept", body)));
        all.add(threads.submit(() -> put(store, "swept", body)));
        all.add(threads.submit(() -> store.delete(QUEUE, "swept", later(), 10)));
      }
      for (Future<?> each : all) {
        each.get();
      }

      assertThat(store.delete(QUEUE, "kept", later(), 10)).isEqualTo(5);
    }
  }

  @Test
  void a_store_says_where_it_is() throws Exception {
    try (BlobStore store = newStore()) {
      assertThat(store.place()).matches("[a-z0-9]+://\\S+");
    }
  }
}
