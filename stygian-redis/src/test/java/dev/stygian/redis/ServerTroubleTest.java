package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.error.QueueRefusedException;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Settled;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a queue does when its server is away, restarted, emptied, full, locked or read-only. */
final class ServerTroubleTest {
  private static final List<String> DURABLE =
      List.of("--appendonly", "yes", "--appendfsync", "always", "--save", "");

  @TempDir Path folder;

  static List<ServerBinary> servers() {
    return Servers.all();
  }

  private static void administer(
      EmbeddedRedis server, Consumer<RedisCommands<String, String>> act) {
    Servers.ask(
        server,
        redis -> {
          act.accept(redis);
          return true;
        });
  }

  private static <T> Future<T> start(ExecutorService threads, Callable<T> action) {
    return threads.submit(action);
  }

  @ParameterizedTest
  @MethodSource("servers")
  void everyItemIsDoneOnceOnEveryServer(ServerBinary binary) throws Exception {
    NoopRun run = NoopRun.of("run");
    try (EmbeddedRedis server = EmbeddedRedis.start(binary, folder, List.of());
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
      run.submit(queue, 1000);
      run.submit(queue, 1000);

      assertThat(NoopRun.work(queue)).isEqualTo(1000);
      assertThat(run.results(queue)).hasSize(1000).doesNotHaveDuplicates();
      assertThat(queue.ledger().status(run.id()).state()).isEqualTo(RunStatus.State.FINISHED);
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void aRunGoesOnByItselfWhenItsServerComesBackWithItsData(ServerBinary binary) throws Exception {
    NoopRun run = NoopRun.of("run");
    try (EmbeddedRedis server = EmbeddedRedis.start(binary, folder, DURABLE);
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.submit(queue, 300);
      List<Lease> before = NoopRun.lease(queue, 50);
      server.kill();
      Future<Settled> late = start(threads, () -> NoopRun.complete(queue, before.getFirst()));
      server.startAgain();

      assertThat(late.get(10, TimeUnit.SECONDS)).isInstanceOf(Settled.Booked.class);
      for (Lease lease : before.subList(1, before.size())) {
        assertThat(NoopRun.complete(queue, lease)).isInstanceOf(Settled.Booked.class);
      }
      assertThat(NoopRun.work(queue)).isEqualTo(250);
      assertThat(run.results(queue)).hasSize(300).doesNotHaveDuplicates();
    }
  }

  @Test
  void aServerThatLostItsDataSaysSoInsteadOfHanging() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.best(), folder, List.of());
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
      run.submit(queue, 10);
      Lease lease = NoopRun.lease(queue, 1).getFirst();
      administer(server, RedisCommands::flushall);

      assertThat(NoopRun.complete(queue, lease)).isInstanceOf(Settled.LeaseLost.class);
      assertThat(NoopRun.lease(queue, 1)).isEmpty();
      assertThatThrownBy(
              () -> queue.ledger().results(run.id(), ResultBatch.START, 10, Duration.ofSeconds(1)))
          .isInstanceOf(RunUnknownException.class)
          .hasMessageContaining("\"run\"");
      assertThatThrownBy(
              () -> queue.enqueue(run.id(), "input", 0, run.items(0, 1), Duration.ofSeconds(1)))
          .isInstanceOf(RunUnknownException.class);
    }
  }

  @Test
  void forgottenScriptsAreSentAgain() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.best(), folder, List.of());
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
      run.submit(queue, 10);
      administer(server, RedisCommands::scriptFlush);

      assertThat(NoopRun.work(queue)).isEqualTo(10);
    }
  }

  @Test
  void aServerOutOfReachIsNamedWithoutItsPasswordOnceThePatienceIsOver() {
    RedisSettings nobody =
        RedisSettings.of("redis://user:s3cret@127.0.0.1:1").withPatience(Duration.ofMillis(200));
    try (RedisWorkQueue queue = RedisWorkQueue.open(nobody)) {
      assertThatThrownBy(() -> queue.ledger().runs())
          .isInstanceOf(QueueUnavailableException.class)
          .hasMessageContaining("127.0.0.1:1")
          .hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void aMissingOrWrongPasswordIsRefusedAtOnce() {
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.best(), folder, List.of())) {
      administer(server, c -> c.configSet("requirepass", "right"));
      String wrong = server.url().replace("//", "//:wrong@");
      for (String url : List.of(server.url(), wrong)) {
        try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(url))) {
          assertThatThrownBy(() -> queue.ledger().runs())
              .isInstanceOf(QueueRefusedException.class)
              .hasMessageContaining("password")
              .hasMessageNotContaining("wrong@");
        }
      }
    }
  }

  @Test
  void aFullServerHoldsTheProducerUntilThereIsMemory() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.best(), folder, List.of());
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.open(queue);
      administer(server, c -> c.configSet("maxmemory", "1mb"));
      Future<Boolean> producer =
          start(
              threads,
              () -> {
                run.submit(queue, 100);
                return true;
              });
      await()
          .during(Duration.ofMillis(300))
          .atMost(Duration.ofSeconds(5))
          .until(() -> !producer.isDone());
      administer(server, c -> c.configSet("maxmemory", "0"));

      assertThat(producer.get(10, TimeUnit.SECONDS)).isTrue();
      assertThat(NoopRun.work(queue)).isEqualTo(100);
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void aFullServerWorksOffWhatItHolds(ServerBinary binary) throws Exception {
    int items = 60_000;
    NoopRun run = NoopRun.of("run");
    List<String> small = List.of("--maxmemory", "4mb", "--save", "");
    try (EmbeddedRedis server = EmbeddedRedis.start(binary, folder, small);
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()));
        RedisWorkQueue producer = RedisWorkQueue.open(RedisSettings.of(server.url()));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.open(queue);
      Future<Boolean> submitted =
          start(
              threads,
              () -> {
                producer.enqueue(run.id(), "input", 0, run.items(0, items), Duration.ofMinutes(2));
                producer.closeInput(run.id());
                return true;
              });
      try {
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> submitted.isDone() || refusesMore(server));
        assertThat(submitted.isDone()).as("the memory is too small for all items").isFalse();

        Future<Long> worked = start(threads, () -> run.workToTheEnd(queue, threads));

        assertThat(run.deliverAll(queue)).isEqualTo(items);
        assertThat(submitted.get()).isTrue();
        assertThat(worked.get()).isEqualTo(items);
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private static boolean refusesMore(EmbeddedRedis server) {
    AtomicBoolean full = new AtomicBoolean();
    administer(
        server,
        commands -> {
          try {
            commands.setrange("probe", 0, "");
          } catch (RedisCommandExecutionException e) {
            full.set(String.valueOf(e.getMessage()).startsWith("OOM"));
          }
        });
    return full.get();
  }

  @Test
  void aTokenFromBeforeTheLossOfAllDataIsVoidAfterIt() throws Exception {
    NoopRun before = NoopRun.of("before");
    NoopRun after = NoopRun.of("after");
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.best(), folder, List.of());
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
      before.submit(queue, 1);
      Lease late = NoopRun.lease(queue, 1).getFirst();
      administer(server, RedisCommands::flushall);
      after.submit(queue, 1);
      Lease lease = NoopRun.lease(queue, 1).getFirst();

      assertThat(NoopRun.complete(queue, late)).isInstanceOf(Settled.LeaseLost.class);
      assertThat(lease.task().id().run()).isEqualTo(after.id());
      assertThat(NoopRun.complete(queue, lease)).isInstanceOf(Settled.Booked.class);
      assertThat(after.results(queue)).containsExactly("0");
    }
  }

  @Test
  void aQueueOfAnotherVersionIsRefused() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.best(), folder, List.of())) {
      try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
        run.submit(queue, 1);
      }
      administer(server, c -> c.hset("stygian:{default}:meta", "protocol", "0"));

      try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
        assertThatThrownBy(() -> NoopRun.lease(queue, 1))
            .isInstanceOf(QueueRefusedException.class)
            .hasMessageContaining("protocol 0");
      }
    }
  }

  @Test
  void aReadOnlyReplicaIsWaitedForUntilItIsPromoted() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.best(), folder, List.of());
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.submit(queue, 10);
      administer(server, c -> c.replicaof("127.0.0.1", 1));
      Future<Integer> worker = start(threads, () -> NoopRun.work(queue));
      await()
          .during(Duration.ofMillis(300))
          .atMost(Duration.ofSeconds(5))
          .until(() -> !worker.isDone());
      administer(server, RedisCommands::replicaofNoOne);

      assertThat(worker.get(20, TimeUnit.SECONDS)).isEqualTo(10);
    }
  }

  @Test
  void neverUsesMoreConnectionsThanItMay() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.best(), folder, List.of());
        RedisWorkQueue queue =
            RedisWorkQueue.open(RedisSettings.of(server.url()).withMaxConnections(3));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.submit(queue, 2000);
      List<Future<Integer>> workers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        workers.add(start(threads, () -> NoopRun.work(queue)));
      }
      Future<List<String>> reader = start(threads, () -> run.results(queue));
      int done = 0;
      for (Future<Integer> worker : workers) {
        done += worker.get(30, TimeUnit.SECONDS);
      }

      assertThat(done).isEqualTo(2000);
      assertThat(reader.get(10, TimeUnit.SECONDS)).hasSize(2000);
      // the administrator's own connection is one more
      administer(
          server, c -> assertThat(c.clientList().lines().count()).isLessThanOrEqualTo(3 + 1));
    }
  }

  @Test
  void aClosedQueueSaysThatItIsClosed() {
    RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of("redis://127.0.0.1:1"));
    queue.close();

    assertThatThrownBy(() -> queue.ledger().runs()).isInstanceOf(QueueClosedException.class);
  }
}
