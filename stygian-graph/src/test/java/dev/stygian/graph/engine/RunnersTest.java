package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseToken;
import dev.stygian.graph.queue.LocalWorkQueue;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Specs;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RunnersTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final ScriptedContext context =
      new ScriptedContext(
          new LocalWorkQueue(), ServiceRegistry.of(List.of(), Environment.of(Map.of())), _ -> {});

  @Test
  void whatComesWhileARunnerEndsIsExecutedToo() {
    int rounds = 50_000;
    AtomicInteger executed = new AtomicInteger();
    Runners runners = new Runners(slots(1), _ -> executed.incrementAndGet(), () -> {});
    List<Attempt> one = attempts(1);
    for (int i = 1; i <= rounds; i++) {
      runners.add(one);
      long end = System.nanoTime() + SOON.toNanos();
      while (executed.get() < i) {
        assertThat(System.nanoTime()).as("round %d", i).isLessThan(end);
        Thread.onSpinWait();
      }
    }

    assertThat(executed.get()).isEqualTo(rounds);
    await().atMost(SOON).until(() -> runners.active() == 0);
  }

  @Test
  void asManyExecuteAtOnceAsThereAreSlotsTheFirstFirst() throws Exception {
    Queue<Attempt> begun = new ConcurrentLinkedQueue<>();
    CountDownLatch goOn = new CountDownLatch(1);
    Runners runners =
        new Runners(
            slots(3),
            attempt -> {
              begun.add(attempt);
              try {
                goOn.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            () -> {});
    List<Attempt> attempts = attempts(10);

    runners.add(attempts);

    await().atMost(SOON).until(() -> begun.size() == 3);
    assertThat(runners.active()).isEqualTo(3);
    assertThat(runners.waiting()).isEqualTo(7);
    assertThat(begun).containsExactlyInAnyOrderElementsOf(attempts.subList(0, 3));

    goOn.countDown();
    await().atMost(SOON).until(() -> begun.size() == 10 && runners.active() == 0);
  }

  @Test
  void whoeverComputesOnAndOnLetsOthersHaveATurn() throws Exception {
    int processors = Runtime.getRuntime().availableProcessors();
    int most = 2_500 * processors;
    CountDownLatch other = new CountDownLatch(1);
    AtomicInteger executed = new AtomicInteger();
    Runners[] self = new Runners[1];
    Runners runners =
        new Runners(
            slots(processors),
            _ -> {
              long end = System.nanoTime() + Duration.ofMillis(2).toNanos();
              while (System.nanoTime() < end) {
                Thread.onSpinWait();
              }
              if (other.getCount() > 0 && executed.incrementAndGet() < most) {
                self[0].add(attempts(1)); // so that something always waits
              }
            },
            () -> {});
    self[0] = runners;
    runners.add(attempts(2 * processors));
    await().atMost(SOON).until(() -> executed.get() > 2 * processors);

    Thread.ofVirtual().start(other::countDown);

    assertThat(other.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(executed.get()).as("it came in between").isLessThan(most);
  }

  private static SharedSlots.Part slots(int count) {
    return new SharedSlots(count).part(0, 1);
  }

  private List<Attempt> attempts(int count) {
    RunSpec run = Specs.single("r").build();
    return IntStream.range(0, count)
        .mapToObj(i -> {
          Lease lease =
              new Lease(
                  new LeaseToken(1, i),
                  Specs.task(run, "x" + i, "a", "r"),
                  1,
                  Instant.EPOCH,
                  Duration.ofMinutes(1),
                  Map.of(),
                  Optional.empty());
          return new Attempt(context, lease, 0);
        })
        .toList();
  }
}
