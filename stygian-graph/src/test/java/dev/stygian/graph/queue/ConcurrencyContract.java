package dev.stygian.graph.queue;

import static dev.stygian.graph.queue.QueueFixture.SHORT;
import static dev.stygian.graph.queue.QueueFixture.SOON;
import static dev.stygian.graph.queue.QueueFixture.request;
import static dev.stygian.graph.queue.QueueFixture.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Many threads at once, at random; {@code -Dstygian.seed=N} repeats the choices of a failure. */
interface ConcurrencyContract extends Contract {

  @Test
  default void I1_I3_I14_whatever_workers_do_every_item_ends_once_and_the_books_balance()
      throws Exception {
    long seed = Long.getLong("stygian.seed", System.nanoTime());
    int items = 120;
    RunSpec chain = q().open(Specs.chain("chain").maxAttempts(4));
    RunSpec diamond = q().open(Specs.diamond("diamond").maxAttempts(4));
    List<RunSpec> runs = List.of(chain, diamond);
    List<Future<Integer>> threads = new ArrayList<>();
    for (RunSpec run : runs) {
      threads.add(q().start(() -> produce(run, items)));
    }
    for (int i = 0; i < 6; i++) {
      WorkQueue worker = q().another();
      Random random = new Random(seed + i);
      threads.add(q().start(() -> work(worker, random, runs)));
    }

    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> {
          q().elapse(SHORT);
          assertThat(runs).as("seed %d", seed).allMatch(this::isOver);
        });
    for (Future<Integer> thread : threads) {
      soon(thread);
    }
    for (RunSpec run : runs) {
      RunStatus status = q().status(run);
      assertThat(status.submitted()).as("seed %d", seed).isEqualTo(items);
      q().isFinished(run, status.done(), items - status.done());
      assertThat(q().deadLetters(run)).hasSize((int) status.dead());
      assertThat(q().results(run))
          .extracting(Result::item)
          .as("seed %d", seed)
          .doesNotHaveDuplicates()
          .hasSize((int) status.done());
    }
  }

  private boolean isOver(RunSpec run) {
    return q().status(run).state() == RunStatus.State.FINISHED;
  }

  private int produce(RunSpec run, int items) throws InterruptedException {
    for (int i = 0; i < items; i += 10) {
      List<Submission> all = IntakeContract.items(run, items);
      // as if the answer to the first call had not arrived
      q().queue.enqueue(run.id(), "s", i, all.subList(i, i + 10), SOON);
      q().queue.enqueue(run.id(), "s", i, all.subList(i, i + 10), SOON);
    }
    q().queue.closeInput(run.id());
    return items;
  }

  private int work(WorkQueue worker, Random random, List<RunSpec> runs)
      throws InterruptedException {
    int lost = 0;
    while (!runs.stream().allMatch(this::isOver)) {
      int max = 1 + random.nextInt(8);
      for (Lease lease : worker.lease(request(max, SHORT, Duration.ofMillis(20)))) {
        if (settle(worker, random, lease) instanceof Settled.LeaseLost) {
          lost++;
        }
      }
    }
    return lost;
  }

  private Settled settle(WorkQueue worker, Random random, Lease lease) throws InterruptedException {
    Nack.Verdict verdict =
        switch (random.nextInt(20)) {
          case 0 -> new Nack.Verdict.HandBack();
          case 1 -> new Nack.Verdict.Retry("at random", Duration.ZERO);
          case 2 -> new Nack.Verdict.Retry("at random", Duration.ofMillis(100));
          case 3 -> new Nack.Verdict.Bury("at random");
          default -> new Nack.Verdict.Retry("", Duration.ZERO);
        };
    if (verdict instanceof Nack.Verdict.Retry(String error, Duration _) && error.isEmpty()) {
      boolean abandons = random.nextInt(20) == 0;
      return abandons ? new Settled.Booked() : q().finish(worker, lease);
    }
    return worker.nack(new Nack(lease, List.of(), lease.task(), lease.attempt(), verdict));
  }
}
