package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.QueueRefusedException;
import dev.stygian.graph.queue.Heartbeat;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.Visit;
import dev.stygian.graph.settings.Environment;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user of the server needs and no more, and a password that changes meanwhile. */
final class AccessTest {
  private static final Pattern CALL = Pattern.compile("redis\\.p?call\\([^)]*?'([A-Z]+)'");

  /** Also the second of two commands that a script chooses from. */
  private static final Pattern NAMED = Pattern.compile("'([A-Z]{3,})'");

  private static final Pattern STATISTIC = Pattern.compile("cmdstat_([a-z|]+):");

  @TempDir Path folder;

  static List<ServerBinary> servers() {
    return Servers.all();
  }

  /** The commands that the documented user may call. */
  private static Set<String> granted() throws IOException {
    return DocumentedUser.words().stream()
        .filter(word -> word.startsWith("+"))
        .map(word -> word.substring(1).toUpperCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String url(EmbeddedRedis server, String password) {
    return server.url().replace("//", "//stygian:" + password + "@");
  }

  @ParameterizedTest
  @MethodSource("servers")
  void theDocumentedUserCanDoAllThatAQueueDoes(ServerBinary binary) throws Exception {
    try (EmbeddedRedis server = EmbeddedRedis.start(binary, folder, List.of())) {
      DocumentedUser.setOn(server, DocumentedUser.words());
      String password =
          DocumentedUser.words().stream()
              .filter(w -> w.startsWith(">"))
              .findFirst()
              .orElseThrow()
              .substring(1);
      RedisSettings settings = RedisSettings.of(url(server, password));
      try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
        everything(queue);
        checkup(settings, queue);
        assertThat(ServerReport.of(settings).version()).isNotEqualTo("unknown");
      }
    }
  }

  /** Commands that were carried out, as rights name them: by whoever asked, and by scripts. */
  private static Set<String> carriedOut(EmbeddedRedis server) {
    return STATISTIC
        .matcher(Servers.ask(server, redis -> redis.info("commandstats")))
        .results()
        .map(found -> found.group(1).toUpperCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void noDocumentedRightIsSuperfluous() throws Exception {
    Set<String> superfluous = granted();
    Arrays.stream(LuaScript.values())
        .flatMap(script -> NAMED.matcher(LuaScript.textOf(script.name())).results())
        .forEach(found -> superfluous.remove(found.group(1)));
    try (EmbeddedRedis server =
        EmbeddedRedis.start(ServerBinary.best(), folder, List.of("--save", ""))) {
      RedisSettings settings = RedisSettings.of(server.url());
      try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
        everything(queue);
        queue.notes().find("note");
        checkup(settings, queue);
        assertThat(ServerReport.of(settings).version()).isNotEqualTo("unknown");
        superfluous.removeAll(carriedOut(server));
      }
    }

    assertThat(superfluous)
        .as("what only a cluster and a run that waits for replicas need is left")
        .containsExactly("CLUSTER|SLOTS", "WAIT");
  }

  /** A slice of the contract that calls every script and every plain command. */
  private static void everything(RedisWorkQueue queue) throws InterruptedException {
    NoopRun run = NoopRun.of("run");
    run.submit(queue, 40);
    queue.renew(new Heartbeat("here", Set.of("noop"), 4, Set.of(), LeaseRequest.AS_RUN));
    RunLedger ledger = queue.ledger();
    ledger.pause(run.id());
    ledger.resume(run.id());
    Duration briefly = Duration.ofSeconds(1); // which a reader that finds nothing waits
    assertThat(ledger.results(run.id(), ResultBatch.START, 1, briefly).results()).isEmpty();
    List<Lease> leases = NoopRun.lease(queue, 3);
    Visit.Answer fine = new Visit.Answer.Fine();
    queue.visited(
        List.of(
            new Visit(run.id(), "fetch", "a.example", System.nanoTime(), Duration.ZERO, 1, fine)));
    assertThat(ledger.hosts(run.id())).hasSize(1);
    assertThat(ledger.receipt(run.id()).discrepancies()).isEmpty();
    assertThat(ledger.why(run.id()).holds()).isNotEmpty();
    queue.notes().put("note", new byte[1], Duration.ofMinutes(1));
    queue.nack(nack(leases.get(0), new Nack.Verdict.Bury("for good")));
    queue.nack(nack(leases.get(1), new Nack.Verdict.Retry("later", Duration.ofMillis(1))));
    queue.nack(nack(leases.get(2), new Nack.Verdict.HandBack()));
    assertThat(NoopRun.work(queue)).isEqualTo(39);
    assertThat(ledger.deadLetters(run.id(), "", 10)).hasSize(1);
    assertThat(ledger.replay(run.id(), List.of(leases.getFirst().task().id().item()))).isEqualTo(1);
    List<Lease> again = NoopRun.lease(queue, 1);
    queue.nack(nack(again.getFirst(), new Nack.Verdict.Bury("for good")));
    assertThat(ledger.drop(run.id(), List.of(again.getFirst().task().id().item()))).isEqualTo(1);
    assertThat(run.deliverAll(queue)).isEqualTo(39);
    assertThat(ledger.delivered(run.id(), "reader")).isPresent();
    assertThat(ledger.runs()).containsExactly(run.id());
    assertThat(ledger.workers()).hasSize(1);
    assertThat(ledger.status(run.id()).done()).isEqualTo(39);
    NoopRun cancelled = NoopRun.of("cancelled");
    cancelled.submit(queue, 5);
    ledger.cancel(cancelled.id());
  }

  /** What {@code doctor} does: it looks at a run that waits, is leased and is over, and mends. */
  private static void checkup(RedisSettings settings, RedisWorkQueue queue)
      throws InterruptedException {
    NoopRun run = NoopRun.of("checked");
    run.submit(queue, 5);
    assertThat(NoopRun.lease(queue, 2)).hasSize(2);
    Checkup.Report report = Checkup.of(settings, true);
    assertThat(report.violations()).isEmpty();
    assertThat(report.runs()).isEqualTo(3);
  }

  private static Nack nack(Lease lease, Nack.Verdict verdict) {
    return new Nack(lease, List.of(), lease.task(), lease.attempt(), verdict);
  }

  @Test
  void theDocumentedRightsAreThoseOfTheScripts() throws IOException {
    Set<String> called =
        Arrays.stream(LuaScript.values())
            .flatMap(script -> CALL.matcher(LuaScript.textOf(script.name())).results())
            .map(found -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(granted()).containsAll(called);
  }

  @ParameterizedTest
  @MethodSource("servers")
  void aMissingRightIsRefusedWithTheCommandThatItIsFor(ServerBinary binary) throws Exception {
    NoopRun run = NoopRun.of("run");
    try (EmbeddedRedis server = EmbeddedRedis.start(binary, folder, List.of())) {
      for (String command : List.of("evalsha", "rpush", "hgetall")) {
        DocumentedUser.setOn(
            server,
            Stream.concat(DocumentedUser.words().stream(), Stream.of(">pw", "-" + command))
                .toList());
        try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(url(server, "pw")))) {
          assertThatThrownBy(() -> run.submit(queue, 10))
              .isInstanceOf(QueueRefusedException.class)
              .hasMessageContaining("may not run " + command.toUpperCase(Locale.ROOT))
              .hasMessageNotContaining("pw@");
        }
      }
    }
  }

  @Test
  void aPasswordInAFileMayChangeWhileARunGoesOn() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), "first\n");
    try (EmbeddedRedis server =
        EmbeddedRedis.start(ServerBinary.best(), folder.resolve("redis"), List.of())) {
      DocumentedUser.setOn(server, "first");
      RedisSettings settings =
          RedisSettings.withEnv(
              server.url().replace("//", "//stygian@") + "?clientName=ours",
              Environment.of(Map.of("REDIS_PASSWORD_FILE", file.toString())));

      List<String> items =
          DisturbedRun.of(
              settings,
              200,
              () -> {
                DocumentedUser.changePassword(server, "second");
                Servers.ask(server, redis -> Servers.kill(redis, "ours"));
                Files.writeString(file, "second\n");
              });

      assertThat(items).hasSize(200).doesNotHaveDuplicates();
      try (RedisWorkQueue late = RedisWorkQueue.open(settings)) {
        Files.writeString(file, "third\n");
        assertThatThrownBy(() -> late.ledger().runs())
            .as("who was never let in does not wait for another password")
            .isInstanceOf(QueueRefusedException.class)
            .hasMessageContaining("password")
            .hasMessageNotContaining("third");
      }
    }
  }
}
