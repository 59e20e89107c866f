package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.Nack;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * Queues on a real cluster of three primaries and a replica of the first, which dies at the end.
 */
@EnabledIf("dev.stygian.redis.Servers#hasRedis7")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ClusterTest {
  private static final int ITEMS = 400;

  @TempDir static Path folder;

  private static RedisCluster cluster;

  @BeforeAll
  static void startCluster() {
    cluster = RedisCluster.start(Servers.named("redis-7"), folder, 1);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  private static RedisSettings queueAt(int primary) {
    return RedisSettings.of(cluster.url()).withQueueName(RedisCluster.queueAt(primary));
  }

  @Test
  @Order(1)
  void queuesOfDifferentNamesSpreadOverTheNodes() throws Exception {
    for (int primary = 0; primary < 3; primary++) {
      NoopRun run = NoopRun.of("spread");
      try (RedisWorkQueue queue = RedisWorkQueue.open(queueAt(primary))) {
        run.submit(queue, 100);
        assertThat(NoopRun.work(queue)).isEqualTo(100);
        assertThat(run.results(queue)).hasSize(100).doesNotHaveDuplicates();
      }
      List<String> keys = cluster.ask(primary, redis -> redis.keys("*"));
      String prefix = new Keys(RedisCluster.queueAt(primary)).prefix();
      assertThat(keys).isNotEmpty().allMatch(key -> key.startsWith(prefix));
    }
  }

  @Test
  @Order(2)
  void oneNodeOfTheUrlIsEnoughToFindAllOthers() throws Exception {
    String url = "redis-cluster://127.0.0.1:" + cluster.node(0).port();
    String name = RedisCluster.queueAt(2);
    try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(url).withQueueName(name))) {
      assertThat(queue.ledger().runs()).hasSize(1);
    }
  }

  @Test
  @Order(3)
  void neverUsesMoreConnectionsThanItMay() throws Exception {
    String url = cluster.url() + "?clientName=counted";
    RedisSettings settings =
        RedisSettings.of(url).withQueueName(RedisCluster.queueAt(1)).withMaxConnections(3);

    long most =
        BusyQueue.mostConnections(
            settings,
            () -> cluster.connections("counted"),
            () -> cluster.ask(1, redis -> Servers.kill(redis, "counted")));

    assertThat(most).isBetween(1L, 3L);
  }

  @Test
  @Order(4)
  void aRunFollowsItsQueueToAnotherNode() throws Exception {
    int slot = RedisCluster.slot(RedisCluster.queueAt(1));
    List<String> items;
    try (RedisWorkQueue other = RedisWorkQueue.open(queueAt(1))) {
      NoopRun still = NoopRun.of("still");
      still.submit(other, 300);
      for (Lease lease : NoopRun.lease(other, 1)) {
        Nack.Verdict later = new Nack.Verdict.Retry("later", Duration.ofMinutes(10));
        other.nack(new Nack(lease, List.of(), lease.task(), 1, later));
      }
      NoopRun.lease(
          other, 1); // so that none of the queue's keys is missing but the one that is meant

      items = DisturbedRun.of(queueAt(1), ITEMS, () -> cluster.move(slot, 1, 2));
    }

    assertThat(items).as("nothing is lost by a move").hasSize(ITEMS).doesNotHaveDuplicates();
    assertThat(cluster.<Long>ask(1, RedisCommands::dbsize)).isZero();
  }

  @Test
  @Order(5)
  void aRunOutlivesTheNodeThatHoldsItsQueue() throws Exception {
    List<String> items = DisturbedRun.of(queueAt(0), ITEMS, () -> cluster.node(0).kill());

    assertThat(items).as("the queue's own results").hasSize(ITEMS).doesNotHaveDuplicates();
  }
}
