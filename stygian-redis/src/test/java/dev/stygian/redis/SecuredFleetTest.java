package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.settings.Environment;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Cluster, and a primary with its sentinels, that speak TLS with certificates on both sides and
 * let in the documented user, whose password changes in the middle of a run.
 */
@EnabledIf("dev.stygian.redis.Servers#hasRedis7")
final class SecuredFleetTest {
  private static final int ITEMS = 200;

  @TempDir static Path folder;

  private static TestCertificates signed;

  @TempDir Path ofTest;

  @BeforeAll
  static void sign() throws Exception {
    signed = TestCertificates.in(folder);
    signed.certificate("server", "ip:127.0.0.1");
    signed.certificate("worker", "dns:worker");
  }

  private RedisSettings settings(String url, Path password) {
    Map<String, String> environment = new HashMap<>(signed.environment("worker"));
    environment.put("REDIS_PASSWORD_FILE", password.toString());
    return RedisSettings.withEnv(url, Environment.of(environment));
  }

  /** All connections of the run have to be made anew, with another password. */
  private static void rotate(List<EmbeddedRedis> servers, Path file) throws IOException {
    for (EmbeddedRedis server : servers) {
      DocumentedUser.changePassword(server, "second");
      Servers.ask(server, redis -> Servers.kill(redis, "ours"));
    }
    Files.writeString(file, "second\n");
  }

  @Test
  void aRunOnAClusterGoesOverTlsAndItsPasswordMayChange() throws Exception {
    Path password = Files.writeString(ofTest.resolve("password"), "first\n");
    try (RedisCluster cluster =
        RedisCluster.startWithTls(Servers.named("redis-7"), ofTest, signed)) {
      for (EmbeddedRedis node : cluster.nodes()) {
        DocumentedUser.setOn(node, "first");
      }
      // of the node that has the queue the settings say nothing
      RedisSettings settings =
          settings(cluster.tlsUrl("stygian") + "?clientName=ours", password)
              .withQueueName(RedisCluster.queueAt(1));

      List<String> items =
          DisturbedRun.of(settings, ITEMS, () -> rotate(cluster.nodes(), password));

      assertThat(items).hasSize(ITEMS).doesNotHaveDuplicates();
    }
  }

  @Test
  void aRunFollowsAPrimaryOverTlsAndItsPasswordMayChange() throws Exception {
    Path password = Files.writeString(ofTest.resolve("password"), "first\n");
    try (SentinelGroup group =
        SentinelGroup.startWithTls(Servers.named("redis-7"), ofTest, signed)) {
      List<EmbeddedRedis> servers = List.of(group.primary(), group.replica());
      for (EmbeddedRedis server : servers) {
        DocumentedUser.setOn(server, "first");
      }
      RedisSettings settings = settings(group.tlsUrl("stygian") + "&clientName=ours", password);

      DisturbedRun.Played played =
          DisturbedRun.of(settings, ITEMS, "", () -> rotate(servers, password), group::failOver);

      assertThat(played.results()).hasSize(ITEMS).doesNotHaveDuplicates();
    }
  }
}
