package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.stygian.graph.item.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code [on_finish]} as whoever is called sees it. */
final class OnFinishTest {
  @TempDir private Path folder;
  private final Queue<JsonNode> calls = new ConcurrentLinkedQueue<>();
  private final Queue<String> tokens = new ConcurrentLinkedQueue<>();
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
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    cli = Cli.in(folder).with("TOKEN", "s3cret-value");
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
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

    cli.write("after.sh", "cat > " + folder.resolve("told.json") + "\n");
    write("command = [\"sh\", \"" + folder.resolve("after.sh") + "\"]");
    cli.with("STYGIAN_ALLOW_COMMANDS", "1").run("run", "plain.toml", "a").withCode(ExitCode.OK);
    assertThat(Json.parse(cli.read("told.json")).get("done").asInt()).isOne();
  }
}
