package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.QueueFixture;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which of the processes that wait comes for what is due next. */
final class WatchTest extends AskedQueue {
  private static final Keys KEYS = new Keys("default");
  private static final String WATCHES = KEYS.prefix() + "watches";
  private static final String DELAYED = KEYS.prefix() + "delayed";
  private static final String SIGNAL = KEYS.prefix() + "sig:noop";
  private static final long SOON = 900;
  private static final long GRACE = 100;

  private long requests;

  private long dueSoon() {
    long due = serverMillis() + SOON;
    redis.zadd(DELAYED, (double) due, "1");
    return due;
  }

  private void watch(String services, String requester, long comes) {
    redis.hset(WATCHES, services, requester + " " + comes + " " + serverMillis());
  }

  /** When a process is told to come that asks for one task and finds none. */
  private long comeAt(String requester, String... services) {
    String[] keys =
        Stream.of(KEYS.fixed())
            .map(key -> new String(key, StandardCharsets.UTF_8))
            .toArray(String[]::new);
    String[] arguments =
        Stream.concat(
                Stream.of("1", "0", requester, String.valueOf(++requests)), Stream.of(services))
            .toArray(String[]::new);
    List<Object> reply =
        redis.eval(LuaScript.LEASE.text(), ScriptOutputType.MULTI, keys, arguments);
    return (Long) reply.getFirst();
  }

  @Test
  void oneComesInTimeAndTheOthersALittleLater() {
    await()
        .untilAsserted(() -> {
          long due = dueSoon();
          Set<Long> told = new TreeSet<>();
          for (String requester : List.of("a", "b", "c")) {
            told.add(comeAt(requester, "x"));
          }
          assertThat(told).containsExactly(due, due + GRACE);
        });
  }

  @Test
  void whoWaitsForOtherServicesComesInTimeToo() {
    long due = dueSoon();
    watch("x", "a", due);

    assertThat(comeAt("b", "y")).isEqualTo(due);
  }

  @Test
  void whoDoesNotComeIsStoodInFor() {
    watch("x", "gone", serverMillis() - GRACE - 1);
    long due = dueSoon();

    assertThat(comeAt("b", "x")).isEqualTo(due);
    assertThat(redis.hget(WATCHES, "x")).startsWith("b " + due + " ");
    assertThat(redis.pttl(WATCHES)).isPositive();
  }

  @Test
  void whoKnowsOfSomethingThatIsDueSoonerComesForThat() {
    long due = dueSoon();
    watch("x", "a", due + 1);

    assertThat(comeAt("b", "x")).isEqualTo(due);
  }

  @Test
  void whoHasNoRoomForMorePassesTheWatchOn() throws Exception {
    NoopRun run = NoopRun.of("run");
    run.open(queue);
    queue.enqueue(run.id(), "input", 0, run.items(0, 1), QueueFixture.SOON);
    watch("noop", "a", serverMillis() + SOON);
    redis.del(SIGNAL);

    assertThat(comeAt("a", "noop")).isNegative();

    assertThat(redis.hexists(WATCHES, "noop")).isFalse();
    assertThat(redis.llen(SIGNAL)).isEqualTo(1);
  }

  @Test
  void aRetryThatNobodyComesForInTimeIsSignalled() throws Exception {
    retryAfter(Duration.ofMillis(SOON));

    assertThat(redis.llen(SIGNAL)).isEqualTo(1);
  }

  @Test
  void aRetryThatSomebodyComesForWakesNobodyElse() throws Exception {
    watch("extract,noop", "a", serverMillis() + SOON / 2);

    retryAfter(Duration.ofMillis(SOON));

    assertThat(redis.llen(SIGNAL)).isZero();
  }

  @Test
  void whoTakesAllThereIsWakesNobodyElse() throws Exception {
    retryAfter(Duration.ofMillis(1));
    redis.del(SIGNAL);

    await().until(() -> NoopRun.lease(queue, 9).size() == 1);

    assertThat(redis.llen(SIGNAL)).isZero();
  }

  /** A task that failed, and is tried again after this. */
  private void retryAfter(Duration delay) throws InterruptedException {
    NoopRun run = NoopRun.of("run");
    run.open(queue);
    queue.enqueue(run.id(), "input", 0, run.items(0, 1), QueueFixture.SOON);
    Lease lease = NoopRun.lease(queue, 9).getFirst();
    redis.del(SIGNAL);
    queue.nack(
        new Nack(
            lease, List.of(), lease.task(), lease.attempt(), new Nack.Verdict.Retry("x", delay)));
  }
}
