package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.pipeline.OnFinish;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code [on_finish]} as whoever is called sees it. */
final class OnFinishTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private final Queue<JsonNode> calls = new ConcurrentLinkedQueue<>();
  private final Queue<String> tokens = new ConcurrentLinkedQueue<>();
  private final Queue<String> keys = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore answers = new Semaphore(1_000);
  private HttpServer receiver;
  private Cli cli;

  @BeforeEach
  void receive() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    receiver.createContext(
        "/done",
        exchange -> {
          calls.add(Json.parse(exchange.getRequestBody().readAllBytes()));
          tokens.addAll(exchange.getRequestHeaders().getOrDefault("X-Token", List.of()));
          keys.addAll(exchange.getRequestHeaders().getOrDefault(OnFinish.KEY_HEADER, List.of()));
          answers.acquireUninterruptibly();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.createContext(
        "/flaky",
        exchange -> {
          keys.addAll(exchange.getRequestHeaders().getOrDefault(OnFinish.KEY_HEADER, List.of()));
          exchange.sendResponseHeaders(keys.size() == 1 ? 503 : 204, -1);
          exchange.close();
        });
    receiver.setExecutor(threads);
    receiver.start();
    cli = Cli.in(folder).with("TOKEN", "s3cret-value");
  }

  @AfterEach
  void stop() {
    answers.release(keys.size());
    receiver.stop(0);
    threads.shutdownNow();
  }

  private void write(String onFinish) {
    cli.write(
        "plain.toml",
        "id = \"plain\"\nallow_private = true\n[on_finish]\n"
            + onFinish
            + "\n[[nodes]]\nid = \"pass\"\nservice = \"noop\"\n");
  }

  private String url() {
    return "http://127.0.0.1:" + receiver.getAddress().getPort();
  }

  @Test
  void aWebhookGetsTheStatusOfALocalRunOnce() {
    write("webhook = \"" + url() + "/done\"\nheaders = { X-Token = \"${env:TOKEN}\" }");

    Cli.Ended ended = cli.run("run", "plain.toml", "a", "b").withCode(ExitCode.OK);

    assertThat(ended.results()).hasSize(2);
    assertThat(calls).hasSize(1);
    assertThat(calls.peek().get("state").asString()).isEqualTo("finished");
    assertThat(calls.peek().get("done").asInt()).isEqualTo(2);
    assertThat(tokens).containsExactly("s3cret-value");
  }

  @Test
  void aWebhookIsCalledForARunOnAServer() {
    write("webhook = \"" + url() + "/done\"");

    cli.run("run", "plain.toml", "a", "--queue", "embedded", "--id", "r").withCode(ExitCode.OK);

    assertThat(calls).extracting(call -> call.get("run").asString()).containsExactly("r");
    assertThat(cli.run("status", "r.on_finish", "--queue", "embedded", "--json").json().get("done"))
        .hasToString("1");
  }

  @Test
  void aCallThatIsRepeatedCarriesTheSameKeyAndThatOfAnotherRunAnotherOne() {
    write("webhook = \"" + url() + "/flaky\"");

    cli.run("run", "plain.toml", "a").withCode(ExitCode.OK);
    assertThat(keys).hasSize(2);
    cli.run("run", "plain.toml", "a").withCode(ExitCode.OK);

    assertThat(keys).hasSize(3);
    assertThat(Set.copyOf(keys)).hasSize(2);
  }

  @Test
  void aReceiverMayHaveAKeyOfItsOwn() {
    write("webhook = \"" + url() + "/done\"\nheaders = { idempotency-key = \"mine\" }");

    cli.run("run", "plain.toml", "a").withCode(ExitCode.OK);

    assertThat(keys).containsExactly("mine");
  }

  private Program worker(EmbeddedRedis server) {
    return Program.start(folder, "worker", "--queue", server.url());
  }

  private void submitted(Cli queue) {
    cli.write("short.toml", cli.read("plain.toml") + "[execution]\nvisibility_timeout = \"2s\"\n");
    queue.run("submit", "short.toml", "a", "b", "c", "--id", "r").withCode(ExitCode.OK);
    queue.run("await", "r").withCode(ExitCode.OK);
  }

  @Test
  void ofTwoWorkersOneCallsOnce() {
    write("webhook = \"" + url() + "/done\"");
    try (EmbeddedRedis server = EmbeddedRedis.start(folder.resolve("redis"));
        Program first = worker(server);
        Program second = worker(server)) {
      Cli queue = cli.with("REDIS_URL", server.url());
      submitted(queue);
      queue.run("await", "r.on_finish").withCode(ExitCode.OK);

      assertThat(first.isAlive() && second.isAlive()).isTrue();
      assertThat(calls).hasSize(1);
    }
  }

  @Test
  void whenAWorkerDiesBetweenACallAndItsBookingTheNextCallHasTheSameKey() {
    write("webhook = \"" + url() + "/done\"");
    answers.drainPermits();
    try (EmbeddedRedis server = EmbeddedRedis.start(folder.resolve("redis"));
        Program first = worker(server)) {
      Cli queue = cli.with("REDIS_URL", server.url());
      submitted(queue);
      await().atMost(LONG).until(() -> calls.size() == 1);
      try (Program second = worker(server)) {
        first.kill();
        await().atMost(LONG).until(() -> calls.size() == 2);
        answers.release(2);
        queue.run("await", "r.on_finish").withCode(ExitCode.OK);
        assertThat(second.isAlive()).isTrue();
      }

      assertThat(calls).hasSize(2);
      assertThat(keys).hasSize(2);
      assertThat(Set.copyOf(keys)).hasSize(1);
    }
  }

  @Test
  void aWebhookThatDoesNotWorkIsToldAndLeavesTheRunAsItIs() {
    write("webhook = \"" + url() + "/nowhere\"");

    Cli.Ended ended = cli.run("run", "plain.toml", "a").withCode(ExitCode.OK);

    assertThat(ended.err())
        .contains("note: on_finish of run ")
        .contains("the webhook did not work in 1 attempts: ")
        .contains("404");
  }

  @Test
  void aCommandRunsOnlyWhereItIsAllowed() {
    write("command = [\"sh\", \"-c\", \"cat > told.json\"]");

    assertThat(cli.run("run", "plain.toml", "a").withCode(ExitCode.USAGE).onlyError())
        .contains("command")
        .contains("STYGIAN_ALLOW_COMMANDS");

    cli.write(
        "after.sh",
        "cat > "
            + folder.resolve("told.json")
            + "\necho $IDEMPOTENCY_KEY > "
            + folder.resolve("key.txt")
            + "\n");
    write("command = [\"sh\", \"" + folder.resolve("after.sh") + "\"]");
    cli.with("STYGIAN_ALLOW_COMMANDS", "1").run("run", "plain.toml", "a").withCode(ExitCode.OK);
    assertThat(Json.parse(cli.read("told.json")).get("done").asInt()).isOne();
    assertThat(cli.read("key.txt")).isNotBlank();
  }

  @Test
  void onASharedQueueACommandRunsOnceAndByAWorkerThatMay() {
    Path calls = folder.resolve("calls");
    cli.write("after.sh", "cat >> %1$s; echo >> %1$s\n".formatted(calls));
    write("command = [\"sh\", \"" + folder.resolve("after.sh") + "\"]");
    try (EmbeddedRedis server = EmbeddedRedis.start(folder.resolve("redis"));
        Program mayNot = worker(server)) {
      Cli queue = cli.with("REDIS_URL", server.url());
      submitted(queue);
      assertThat(calls).as("what a worker without leave could have run").doesNotExist();
      Map<String, String> leave = Map.of("STYGIAN_ALLOW_COMMANDS", "1");
      try (Program may = Program.start(folder, leave, "worker", "--queue", server.url())) {
        queue.run("await", "r.on_finish").withCode(ExitCode.OK);
        assertThat(mayNot.isAlive() && may.isAlive()).isTrue();
      }
    }

    List<String> lines = cli.read("calls").lines().toList();
    assertThat(lines).hasSize(1);
    assertThat(Json.parse(lines.getFirst()).get("done").asInt()).isEqualTo(3);
  }
}
