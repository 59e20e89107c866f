package dev.stygian.services.basic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class BasicServicesTest {
  private final NoopService noop = new NoopService();
  private final DelayService delay = new DelayService();

  private static ServiceCall call(
      ScrapingService service, String config, int attempt, Map<String, JsonNode> inputs) {
    return new ServiceCall(
        "pipeline",
        "node",
        attempt,
        new Item("0", Json.parse("{\"url\":\"http://a/\",\"n\":1}")),
        Config.of(
            service.descriptor().config(),
            (ObjectNode) Json.parse(config.replace('\'', '"')),
            Environment.of(Map.of())),
        inputs,
        EgressRule.publicOnly(),
        Optional.empty());
  }

  private static ServiceCall call(ScrapingService service, String config) {
    return call(service, config, 1, Map.of());
  }

  private static Outcome success(String json) {
    return Outcome.success(Json.parse(json.replace('\'', '"')));
  }

  @Test
  void noopPutsOutTheItemOfAFirstNode() {
    assertThat(noop.execute(call(noop, "{}"))).isEqualTo(success("{'url':'http://a/','n':1}"));
  }

  @Test
  void noopPassesThePredecessorsOutputOn() {
    assertThat(noop.execute(call(noop, "{}", 1, Map.of("a", Json.parse("[1]")))))
        .isEqualTo(success("[1]"));
  }

  @Test
  void noopPutsOutAJoinsInputsByNodeInTheirOrder() {
    Map<String, JsonNode> inputs = new LinkedHashMap<>();
    inputs.put("b", Json.parse("1"));
    inputs.put("a", Json.parse("{}"));

    Outcome outcome = noop.execute(call(noop, "{}", 1, inputs));

    assertThat(outcome).isEqualTo(success("{'b':1,'a':{}}"));
    assertThat(((Outcome.Success) outcome).output().propertyNames()).containsExactly("b", "a");
  }

  @ParameterizedTest
  @CsvSource({"1", "null", "'''text'''", "[]", "'{''a'': {''b'': ''${env:SECRET}''}}'"})
  void noopPutsOutWhatItsConfigSays(String output) {
    assertThat(noop.execute(call(noop, "{'output': " + output + "}"))).isEqualTo(success(output));
  }

  @Test
  void delayWaitsThenPassesItsInputOn() throws Exception {
    long start = System.nanoTime();

    Outcome outcome =
        delay.execute(call(delay, "{'duration': '50ms'}", 1, Map.of("a", Json.parse("2"))));

    assertThat(outcome).isEqualTo(success("2"));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isGreaterThanOrEqualTo(Duration.ofMillis(50));
  }

  @Test
  void delayFailsAsManyAttemptsAsItIsTold() throws Exception {
    String config = "{'duration': '0s', 'fail_first': 2, 'output': 'done'}";

    assertThat(delay.execute(call(delay, config, 1, Map.of())))
        .isEqualTo(Outcome.retryable("attempt 1 fails because fail_first = 2"));
    assertThat(delay.execute(call(delay, config, 2, Map.of())))
        .isEqualTo(Outcome.retryable("attempt 2 fails because fail_first = 2"));
    assertThat(delay.execute(call(delay, config, 3, Map.of()))).isEqualTo(success("'done'"));
  }

  @Test
  void delayEndsAtOnceWhenInterrupted() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                delay.execute(call(delay, "{'duration': '1h'}"));
              } catch (InterruptedException e) {
                thrown.set(e);
              }
            });
    Awaitility.await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);

    thread.interrupt();

    assertThat(thread.join(Duration.ofSeconds(2))).isTrue();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
  }
}
