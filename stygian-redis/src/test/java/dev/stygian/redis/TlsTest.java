package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.QueueRefusedException;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.settings.Environment;
import dev.stygian.redis.embedded.EmbeddedRedis;
import io.lettuce.core.RedisConnectionException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A queue over TLS, with a private authority and certificates for both sides. */
@EnabledIf("dev.stygian.redis.Servers#hasRedis7")
final class TlsTest {
  @TempDir static Path folder;

  private static TestCertificates ours;
  private static TestCertificates others;
  private static EmbeddedRedis server;
  private static int port;

  @BeforeAll
  static void startServer() throws Exception {
    ours = TestCertificates.in(folder.resolve("ours"));
    others = TestCertificates.in(folder.resolve("others"));
    ours.certificate("server", "dns:localhost");
    ours.certificate("worker", "dns:worker");
    others.certificate("stranger", "dns:worker");
    port = Servers.freePort();
    List<String> options = ours.serverOptions("server", port);
    server = EmbeddedRedis.start(Servers.named("redis-7"), folder.resolve("redis"), options);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static RedisSettings settings(String host, Map<String, String> environment) {
    String url = "rediss://" + host + ":" + port;
    return RedisSettings.withEnv(url, Environment.of(environment));
  }

  @Test
  void aRunGoesOverTlsWithCertificatesOnBothSides() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (RedisWorkQueue queue =
        RedisWorkQueue.open(settings("localhost", ours.environment("worker")))) {
      run.submit(queue, 100);
      assertThat(NoopRun.work(queue)).isEqualTo(100);
      assertThat(run.results(queue)).hasSize(100);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, others, worker,   certificate is not trusted,          REDIS_TLS_CA",
    "127.0.0.1, ours,   worker,   certificate is for another host,     write the host's name",
    "localhost, ours,   stranger, does not accept the certificate,     REDIS_TLS_CERT",
    "localhost, ours,   '',       asks for a certificate,              REDIS_TLS_CERT and"
        + " REDIS_TLS_KEY",
  })
  void whatIsWrongWithCertificatesIsToldAtOnceAndWhatToDo(
      String host, String authority, String name, String problem, String advice) throws Exception {
    TestCertificates trusted = authority.equals("ours") ? ours : others;
    TestCertificates signer = name.equals("stranger") ? others : ours;
    Map<String, String> files = new HashMap<>(name.isEmpty() ? Map.of() : signer.environment(name));
    files.put("REDIS_TLS_CA", trusted.authority().toString());
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings(host, files))) {
      assertThatThrownBy(() -> queue.ledger().runs())
          .isInstanceOf(QueueRefusedException.class)
          .hasMessageContaining(problem)
          .hasMessageContaining(advice);
    }
  }

  @Test
  void aPortWithoutTlsIsNamed() {
    SSLException reply = new SSLException("not an SSL/TLS record: 2d4552520a");

    Trouble trouble = Trouble.of(new RedisConnectionException("Unable to connect", reply));

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.CERTIFICATE);
    assertThat(trouble.advice()).contains("does not speak TLS at this port");
  }

  @Test
  void filesThatAreNotThereAreNamedWithTheirVariable() {
    assertThatThrownBy(() -> settings("localhost", Map.of("REDIS_TLS_CA", "/no/such/ca.pem")))
        .isInstanceOf(SettingInvalidException.class)
        .hasMessageContaining("REDIS_TLS_CA")
        .hasMessageContaining("/no/such/ca.pem");
    Map<String, String> half = Map.of("REDIS_TLS_CERT", ours.authority().toString());
    assertThatThrownBy(() -> settings("localhost", half))
        .isInstanceOf(SettingInvalidException.class)
        .hasMessageContaining("REDIS_TLS_KEY");
  }
}
