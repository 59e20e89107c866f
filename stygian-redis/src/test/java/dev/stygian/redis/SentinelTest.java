package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.SettingInvalidException;
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

/** A queue on a primary that real sentinels watch; its servers change places, and one dies. */
@EnabledIf("dev.stygian.redis.Servers#hasRedis7")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SentinelTest {
  private static final int ITEMS = 400;

  @TempDir static Path folder;

  private static SentinelGroup group;

  @BeforeAll
  static void startGroup() {
    group = SentinelGroup.start(Servers.named("redis-7"), folder);
  }

  @AfterAll
  static void stopGroup() {
    group.close();
  }

  private static RedisSettings queue(String name) {
    return RedisSettings.of(group.url()).withQueueName(name);
  }

  @Test
  @Order(1)
  void anUnknownPrimaryIsNamed() {
    String url = group.url().replace("=" + SentinelGroup.PRIMARY, "=other");
    RedisSettings other = RedisSettings.of(url).withPatience(Duration.ofMillis(200));
    try (RedisWorkQueue queue = RedisWorkQueue.open(other)) {
      assertThatThrownBy(() -> queue.ledger().runs())
          .isInstanceOf(QueueUnavailableException.class)
          .hasMessageContaining("no sentinel that answers knows a primary \"other\"");
    }
  }

  @Test
  @Order(1)
  void aUrlWithoutAPrimaryIsRefused() {
    assertThatThrownBy(() -> RedisWorkQueue.open(RedisSettings.of("redis-sentinel://:pw@a:26379")))
        .isInstanceOf(SettingInvalidException.class)
        .hasMessageContaining("sentinelMasterId")
        .hasMessageNotContaining("pw");
  }

  @Test
  @Order(2)
  void neverUsesMoreConnectionsThanItMay() throws Exception {
    RedisSettings settings =
        RedisSettings.of(group.url() + "&clientName=counted").withMaxConnections(3);

    long most =
        BusyQueue.mostConnections(
            settings,
            () -> group.connections("counted"),
            () -> group.ask(0, redis -> Servers.kill(redis, "counted")));

    assertThat(most).isBetween(1L, 3L);
  }

  @Test
  @Order(3)
  void aRunFollowsThePrimaryThatBecomesAReplica() throws Exception {
    List<String> items = DisturbedRun.of(queue("demoted"), ITEMS, group::failOver);

    assertThat(items).as("the queue's own results").hasSize(ITEMS).doesNotHaveDuplicates();
  }

  @Test
  @Order(4)
  void aRunOutlivesThePrimaryAndASentinel() throws Exception {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> group.ask(0, r -> r.info("replication")).contains("link_status:up"));

    List<String> items =
        DisturbedRun.of(
            queue("killed"),
            ITEMS,
            () -> {
              group.killSentinel();
              group.replica().kill(); // which is the primary since the last failover
            });

    assertThat(items).as("the queue's own results").hasSize(ITEMS).doesNotHaveDuplicates();
  }
}
