package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.IdempotencyKey;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DistinctKeysTest {
  private static final AtomicLong ENOUGH = new AtomicLong(64 << 20);

  @Test
  void whatWasAddedIsNeverNewAgain() {
    DistinctKeys keys = new DistinctKeys(ENOUGH);
    int count = 200_000;
    assertThat(IntStream.range(0, count).filter(i -> keys.add(random(i))).count())
        .as("taken as new, of %d", count)
        .isGreaterThan(count - 2L);

    assertThat(IntStream.range(0, count).filter(i -> keys.add(random(i)))).isEmpty();
  }

  @Test
  void keysThatDifferInOneByteAreTold() {
    DistinctKeys keys = new DistinctKeys(ENOUGH);
    for (int at = 0; at < IdempotencyKey.BYTES; at++) {
      byte[] bytes = new byte[IdempotencyKey.BYTES];
      bytes[at] = 1;
      assertThat(keys.add(IdempotencyKey.ofBytes(bytes))).as("a one at %d", at).isTrue();
      assertThat(keys.add(IdempotencyKey.ofBytes(bytes))).as("a one at %d again", at).isFalse();
    }
  }

  @Test
  void whereThereIsNoMoreRoomNothingIsCertain() {
    AtomicLong room = new AtomicLong(100_000);
    DistinctKeys keys = new DistinctKeys(room);
    long certain = IntStream.range(0, 100_000).filter(i -> keys.add(random(i))).count();

    assertThat(certain).isBetween(15_000L, 25_000L);
    assertThat(IntStream.range(0, 100_000).filter(i -> keys.add(random(i)))).isEmpty();
    keys.drop();
    assertThat(room).hasValue(100_000);
  }

  private static IdempotencyKey random(int seed) {
    Random random = new Random(seed);
    ByteBuffer bytes = ByteBuffer.allocate(IdempotencyKey.BYTES);
    while (bytes.hasRemaining()) {
      bytes.putLong(random.nextLong());
    }
    return IdempotencyKey.ofBytes(bytes.array());
  }
}
