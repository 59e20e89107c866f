package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.Lease.StoredResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ResultStoreTest {
  private static final long HEAP = 8L << 30;

  private final ResultStore store = new ResultStore(HEAP);

  @Test
  void manyResultsStandUnderTheirOwnKeys() {
    RunLimits limits = limits(1 << 30);
    for (int i = 0; i < 50_000; i++) {
      store.store(key(i), result(i, 10), limits, 0);
    }

    assertThat(store.size()).isEqualTo(50_000);
    for (int i = 0; i < 50_000; i++) {
      assertThat(store.find(key(i), 1)).contains(result(i, 10));
    }
    assertThat(store.find(key(50_000), 1)).isEmpty();
  }

  @Test
  void theOldestGoWhenTheBudgetIsUsedUpAndTheirSpaceIsUsedAgain() {
    RunLimits limits = limits(1 << 20);
    for (int i = 0; i < 20_000; i++) {
      store.store(key(i), result(i, 1_000), limits, 0);
    }

    assertThat(store.size()).isBetween(900, 1_048);
    assertThat(store.find(key(0), 1)).isEmpty();
    assertThat(store.find(key(19_999), 1)).contains(result(19_999, 1_000));
  }

  @Test
  void allGoesWithItsTime() {
    for (int i = 0; i < 5_000; i++) {
      store.store(key(i), result(i, 100), limits(1 << 30), 0);
    }

    store.forgetExpired(Duration.ofHours(1).toMillis());

    assertThat(store.size()).isZero();
    assertThat(store.store(key(1), result(7, 5), limits(1 << 30), Duration.ofHours(1).toMillis()))
        .isEqualTo(result(7, 5));
  }

  @Test
  void itDoesWhatATableWouldDo() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<IdempotencyKey, StoredResult> standing = new HashMap<>();
    Map<IdempotencyKey, Long> expiry = new HashMap<>();
    long now = 0;
    for (int i = 0; i < 100_000; i++) {
      now += random.nextInt(20);
      IdempotencyKey key = key(random.nextInt(5_000));
      StoredResult result = result(i, random.nextInt(3_000));
      boolean isValid = standing.containsKey(key) && expiry.getOrDefault(key, 0L) > now;

      assertThat(store.find(key, now))
          .as("seed %d, step %d", seed, i)
          .isEqualTo(isValid ? Optional.ofNullable(standing.get(key)) : Optional.empty());
      if (random.nextBoolean()) {
        assertThat(store.store(key, result, limits(1 << 30), now))
            .as("seed %d, step %d", seed, i)
            .isEqualTo(isValid ? standing.get(key) : result);
        if (!isValid) {
          standing.put(key, result);
          expiry.put(key, now + Duration.ofMinutes(5).toMillis());
        }
      }
    }
    store.forgetExpired(Long.MAX_VALUE);
    assertThat(store.size()).isZero();
  }

  @Test
  void anIndexThatLosesEntriesFindsTheOthers() {
    // all hashes are equal, so that every entry stands in the way of all that came after it
    ResultIndex index = new ResultIndex(_ -> 7);
    List<Long> positions = new ArrayList<>();
    for (long position = 0; position < 300; position++) {
      index.add(7, position);
      positions.add(position);
    }
    Random random = new Random(1);
    while (!positions.isEmpty()) {
      index.remove(7, positions.remove(random.nextInt(positions.size())));

      List<Long> found = new ArrayList<>();
      for (int slot = index.slot(7); slot >= 0; slot = index.slotAfter(slot, 7)) {
        found.add(index.position(slot));
      }
      assertThat(found).containsExactlyInAnyOrderElementsOf(positions);
      assertThat(index.size()).isEqualTo(positions.size());
    }
  }

  private static IdempotencyKey key(int number) {
    return IdempotencyKey.fromInput("pipeline", Integer.toString(number));
  }

  private static StoredResult result(int number, int length) {
    byte[] output = new byte[length];
    new Random(number).nextBytes(output);
    if (length > 0) {
      output[0] = 'j'; // and no reference to a blob, which is not stored
    }
    return new StoredResult(Payload.ofBytes(output), number % 5 + 1);
  }

  private static RunLimits limits(long budget) {
    return new RunLimits(
        1_000,
        1_000,
        1_000,
        Duration.ofMinutes(5),
        budget,
        Duration.ofHours(1),
        Duration.ofMinutes(1));
  }
}
