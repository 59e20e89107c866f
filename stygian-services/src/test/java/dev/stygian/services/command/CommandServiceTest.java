package dev.stygian.services.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Programs of every Unix. */
final class CommandServiceTest {
  private final CommandService service = new CommandService();

  private ServiceCall call(String config) {
    return new ServiceCall(
        "pipeline",
        "node",
        1,
        new Item("0", Json.parse("{\"n\":1}")),
        Config.of(
            service.descriptor().config(),
            (ObjectNode) Json.parse(config.replace('\'', '"')),
            Environment.of(Map.of("TOKEN", "s3cret-value"))),
        Map.of(),
        EgressRule.publicOnly(),
        Optional.empty());
  }

  private static String shell(String script) {
    return "{'command': ['sh', '-c', '" + script + "'], 'env': {'KEY': '${env:TOKEN}'}}";
  }

  private Outcome executed(String config) throws InterruptedException {
    return service.execute(call(config));
  }

  private static String reason(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Retryable(String reason, var _) -> reason;
      case Outcome.Permanent(String reason, var _) -> "for good: " + reason;
      case Outcome other -> throw new AssertionError(other);
    };
  }

  private static JsonNode output(Outcome outcome) {
    if (outcome instanceof Outcome.Success(JsonNode output)) {
      return output;
    }
    throw new AssertionError(outcome);
  }

  @Test
  void isOfferedOnlyWhereItIsAllowed() {
    assertThat(service.unavailable(Environment.of(Map.of())))
        .contains("STYGIAN_ALLOW_COMMANDS is not 1");
    assertThat(service.unavailable(Environment.of(Map.of(CommandService.ALLOWED, "1")))).isEmpty();
  }

  @Test
  void theProgramGetsTheInputAndItsOutputIsTheNodes() throws Exception {
    assertThat(output(executed("{'command': ['cat']}"))).isEqualTo(Json.parse("{\"n\":1}"));
  }

  @Test
  void whatIsNoJsonIsAText() throws Exception {
    assertThat(output(executed("{'command': ['echo', 'two words']}")).asString())
        .isEqualTo("two words");
    assertThat(output(executed("{'command': ['true']}")).asString()).isEmpty();
  }

  @Test
  void aProgramThatFailsIsTriedAgainAndItsComplaintIsTold() throws Exception {
    assertThat(reason(executed(shell("echo no luck $KEY >&2; exit 3"))))
        .isEqualTo("the program sh ended with exit code 3: no luck $KEY");
  }

  @Test
  void seesFewVariablesOfTheWorkersAndItsOwn() throws Exception {
    String seen = output(executed(shell("env"))).asString();

    assertThat(seen).contains("KEY=s3cret-value").contains("PATH=");
    assertThat(seen.lines())
        .allMatch(line -> line.matches("(KEY|PATH|HOME|LANG|TMPDIR|TZ|PWD|SHLVL|OLDPWD|_)=.*"));
  }

  @Test
  void anOutputThatIsTooLongFailsForGood() throws Exception {
    assertThat(reason(executed("{'command': ['yes'], 'max_output': 1000}")))
        .isEqualTo("for good: the program yes wrote more than max_output allows");
  }

  @Test
  void aProgramThatIsNotThereIsNamed() throws Exception {
    assertThat(reason(executed("{'command': ['no-such-program-here']}")))
        .startsWith("the program no-such-program-here could not be run: ");
  }

  @Test
  void anInterruptEndsTheProgramAndWhatItStarted(@TempDir Path folder) throws Exception {
    Path started = folder.resolve("started");
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                executed(shell("sleep 1000 & echo $! > " + started + "; wait"));
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            });
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> Files.exists(started) && Files.size(started) > 0);
    long pid = Long.parseLong(Files.readString(started).strip());

    thread.interrupt();

    thread.join();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }
}
