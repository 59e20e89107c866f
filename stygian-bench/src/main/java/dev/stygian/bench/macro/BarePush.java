package dev.stygian.bench.macro;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The least that a hand-over through the server can take: {@code LPUSH} here, {@code BLPOP} there.
 */
final class BarePush {
  private static final String LIST = "bare:latency";
  private static final double PATIENCE_SECONDS = 30;

  private BarePush() {}

  /**
   * From when a value was due to the moment at which the other thread had it; of so many values,
   * after as many that do not count as with ours.
   */
  static Percentiles play(String url, int values, double perSecond) throws InterruptedException {
    int lead = TimedRun.lead(values, perSecond);
    long[] due = new long[lead + values];
    long[] read = new long[lead + values];
    RedisClient client = RedisClient.create(url);
    try (StatefulRedisConnection<String, String> pushing = client.connect();
        StatefulRedisConnection<String, String> popping = client.connect();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> popped =
          threads.submit(() -> {
            for (int i = 0; i < read.length; i++) {
              KeyValue<String, String> value = popping.sync().blpop(PATIENCE_SECONDS, LIST);
              read[Integer.parseInt(value.getValue())] = System.nanoTime();
            }
            return true;
          });
      OpenLoop.run(
          due, perSecond, 1, (first, _) -> pushing.sync().lpush(LIST, Integer.toString(first)));
      Crew.await(List.of(popped));
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
    Percentiles all = new Percentiles();
    for (int i = lead; i < due.length; i++) {
      all.note(due[i], read[i]);
    }
    return all;
  }
}
