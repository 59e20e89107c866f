package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.redis.embedded.EmbeddedRedis;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that stops interrupts whoever is asking for leases. */
final class InterruptedLeaseTest {
  @TempDir Path folder;

  /** I11: what the server has handed out is known, so that it can be handed back. */
  @Test
  void whatWasHandedOutToAnInterruptedThreadIsNotLost() throws InterruptedException {
    try (EmbeddedRedis server = EmbeddedRedis.start(folder);
        RedisWorkQueue queue = RedisWorkQueue.open(server.url())) {
      NoopRun run = NoopRun.of("interrupted");
      run.submit(queue, 3);

      Thread.currentThread().interrupt();
      List<Lease> leases =
          queue.lease(
              new LeaseRequest(Set.of("noop"), 3, Duration.ofMinutes(1), Duration.ofSeconds(1)));

      assertThat(Thread.interrupted()).isTrue();
      assertThat(leases).hasSize(3);
      assertThat(queue.ledger().status(run.id()).nodes().getFirst().leased()).isEqualTo(3);
    }
  }

  /** While a connection is being opened, nothing has been asked yet, and nothing is wrong. */
  @Test
  void anInterruptWhileAConnectionIsOpenedIsOneAndNoTroubleOfTheServer()
      throws InterruptedException {
    RedisException told = new RedisCommandInterruptedException(new InterruptedException());

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Answers.rethrowInterrupt(told))
        .isInstanceOf(InterruptedException.class)
        .hasCause(told);

    assertThat(Thread.interrupted()).isFalse();
    Answers.rethrowInterrupt(told); // of another thread, whose failure this one was told
    Thread.currentThread().interrupt();
    Answers.rethrowInterrupt(new RedisException("refused"));
    assertThat(Thread.interrupted()).isTrue();
  }
}
