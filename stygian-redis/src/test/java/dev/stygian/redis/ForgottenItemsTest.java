package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.engine.RunDefinition;
import dev.stygian.graph.engine.Submitter;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A server that comes back as it was a moment ago: what it accepted since then is gone. */
final class ForgottenItemsTest {
  private static final RunId RUN = new RunId("run");
  private static final int ITEMS = 3000;

  @TempDir Path folder;

  @Test
  void whatAServerForgetsIsSubmittedAgain() throws Exception {
    ServiceRegistry registry = new ChainServices().registry("fetch");
    RunDefinition definition =
        RunDefinition.of(
            new PipelineParser(registry.schemas(), registry::canonical, registry::fansOut)
                .parse(ChainServices.pipeline("fetch", false), "chain.toml", PipelineFormat.TOML),
            registry,
            false,
            Optional.empty());
    try (EmbeddedRedis server =
            EmbeddedRedis.start(ServerBinary.best(), folder, List.of("--save", ""));
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
      Submitter submitter = Submitter.open(queue, RUN, definition, registry);

      assertThat(submitter.submitAll(inputs(server, queue))).isEqualTo(ITEMS);

      assertThat(queue.ledger().accepted(RUN, "input")).isEqualTo(ITEMS);
      assertThat(queue.ledger().status(RUN).submitted()).isEqualTo(ITEMS);
      assertThat(queue.ledger().status(RUN).inputClosed()).isTrue();
    }
  }

  /** Saves the server's state after a third, and puts it back there after two. */
  private static Iterator<JsonNode> inputs(EmbeddedRedis server, RedisWorkQueue queue) {
    return IntStream.range(0, ITEMS)
        .<JsonNode>mapToObj(i -> {
          if (i == ITEMS / 3) {
            awaitAccepted(queue, i);
            Servers.ask(server, RedisCommands::save);
          } else if (i == 2 * ITEMS / 3) {
            awaitAccepted(queue, i);
            server.kill();
            server.startAgain();
          }
          return JsonNodeFactory.instance.stringNode("http://host/" + i);
        })
        .iterator();
  }

  private static void awaitAccepted(RedisWorkQueue queue, int items) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> queue.ledger().accepted(RUN, "input") == items);
  }
}
