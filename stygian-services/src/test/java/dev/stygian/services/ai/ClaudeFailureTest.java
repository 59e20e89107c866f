package dev.stygian.services.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Environment;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaudeFailureTest {
  private static final String SCHEMA =
      "{\"schema\": {\"type\": \"object\", \"properties\": {\"title\": {\"type\": \"string\"}}}}";

  private final FakeMessagesApi api = FakeMessagesApi.start();
  private final ClaudeService service = new ClaudeService();

  @AfterEach
  void close() {
    service.close();
    api.close();
  }

  private ServiceCall page(String config, String html) {
    return ClaudeCalls.page(config, html, api.environment());
  }

  private Outcome answering(FakeMessagesApi.Reply reply) throws InterruptedException {
    return answering(reply, "{}");
  }

  private Outcome answering(FakeMessagesApi.Reply reply, String config)
      throws InterruptedException {
    api.reply(reply);
    Outcome outcome = service.execute(page(config, "<p>Dune</p>"));
    assertThat(api.requests()).as("one attempt is one request").hasSize(1);
    return outcome;
  }

  @Test
  void aRateLimitCarriesItsWait() throws Exception {
    assertThat(answering(FakeMessagesApi.rateLimited("17")))
        .isEqualTo(
            Outcome.rateLimited(
                "the Anthropic API answered 429 rate_limit_error: Number of requests has exceeded"
                    + " your limit (request req_fake)",
                Duration.ofSeconds(17)));
  }

  @Test
  void aRateLimitWithoutAWaitIsOneToo() throws Exception {
    Outcome outcome = answering(FakeMessagesApi.error(429, "rate_limit_error", "Slow down"));

    assertThat(outcome).isInstanceOf(Outcome.RateLimited.class);
    assertThat(((Outcome.RateLimited) outcome).retryAfter()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 409, 500, 502, 503, 504, 529})
  void theApisOwnTroubleIsRetryable(int status) throws Exception {
    assertThat(answering(FakeMessagesApi.error(status, "api_error", "Oh")))
        .isEqualTo(
            Outcome.retryable(
                "the Anthropic API answered " + status + " api_error: Oh (request req_fake)"));
  }

  @Test
  void anOverloadedApiThatAsksToComeBackAtOnceIsNotAskedAgainBehindTheEnginesBack()
      throws Exception {
    Outcome outcome =
        answering(new FakeMessagesApi.Reply.Response(503, Map.of("retry-after", "0"), "busy"));

    assertThat(outcome).isEqualTo(Outcome.retryable("the Anthropic API answered 503"));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void aRefusedKeyIsPermanentAndNotShown(int status) throws Exception {
    Outcome outcome =
        answering(
            FakeMessagesApi.error(status, "authentication_error", "bad " + FakeMessagesApi.KEY));

    assertThat(reason(outcome))
        .isEqualTo(
            "the Anthropic API refused the key ("
                + status
                + "); check ANTHROPIC_API_KEY or the node's api_key, and what the key may use");
    assertThat(outcome).isInstanceOf(Outcome.Permanent.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 402, 404, 413, 422})
  void aRequestThatIsWrongIsPermanentWithTheApisWords(int status) throws Exception {
    Outcome outcome =
        answering(FakeMessagesApi.error(status, "invalid_request_error", "model: no such model"));

    assertThat(outcome).isInstanceOf(Outcome.Permanent.class);
    assertThat(reason(outcome))
        .startsWith(
            "the Anthropic API answered "
                + status
                + " invalid_request_error: model: no such model (request req_fake)");
  }

  @Test
  void anUnenforceableSchemaSaysTheWayOut() throws Exception {
    Outcome outcome =
        answering(
            FakeMessagesApi.error(
                400, "invalid_request_error", "output_config.format.schema: grammar is too large"),
            SCHEMA);

    assertThat(reason(outcome)).endsWith("enforce = \"prompt\" asks for it in the prompt");
  }

  @Test
  void anEchoedKeyIsBlackedOut() throws Exception {
    Outcome outcome =
        answering(
            FakeMessagesApi.error(
                400, "invalid_request_error", "header " + FakeMessagesApi.KEY + " is odd"));

    assertThat(reason(outcome)).contains("header *** is odd").doesNotContain(FakeMessagesApi.KEY);
  }

  @Test
  void aLongMessageIsBounded() throws Exception {
    Outcome outcome =
        answering(FakeMessagesApi.error(400, "invalid_request_error", "x".repeat(100_000)));

    assertThat(reason(outcome)).hasSizeLessThan(700).contains("…");
  }

  @Test
  void aRefusalIsPermanentWithItsCategory() throws Exception {
    assertThat(answering(FakeMessagesApi.refusal("cyber", "Not this one.")))
        .isEqualTo(Outcome.permanent("the model refused to answer (cyber): Not this one."));
  }

  @ParameterizedTest
  @ValueSource(strings = {SCHEMA, "{}"})
  void aCutOffAnswerThatShouldBeJsonNamesMaxTokens(String config) throws Exception {
    assertThat(answering(FakeMessagesApi.cutOff("{\"title\": \"Du"), config))
        .isEqualTo(
            Outcome.permanent(
                "the answer was cut off at max_tokens = 4096; raise max_tokens or ask for less"));
  }

  @Test
  void aCutOffTextIsHandedOnAndSaysSo() throws Exception {
    Outcome outcome = answering(FakeMessagesApi.cutOff("Once"), "{\"prompt\": \"Tell.\"}");

    assertThat(ClaudeCalls.output(outcome).path("stop_reason").asString()).isEqualTo("max_tokens");
  }

  @Test
  void anInputBeyondTheModelsContextIsPermanent() throws Exception {
    assertThat(reason(answering(FakeMessagesApi.stopped("model_context_window_exceeded", "x"))))
        .isEqualTo("the input is longer than the model claude-haiku-5-5 can read; lower max_input");
  }

  @Test
  void anAnswerWithoutTextIsRetryable() throws Exception {
    Outcome outcome = answering(FakeMessagesApi.toolUse("answer", Json.parse("{}")));

    assertThat(outcome)
        .isEqualTo(Outcome.retryable("the model answered without a text (stop_reason tool_use)"));
  }

  @Test
  void anAnswerThatIsNoJsonIsRetryableWhereASchemaIsSet() throws Exception {
    assertThat(answering(FakeMessagesApi.text("Sure! {"), SCHEMA))
        .isEqualTo(Outcome.retryable("the model's answer is not JSON: Sure! {"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>proxy</html>", "", "[]", "null", "{}", "{\"content\": 7}"})
  void garbageIsRetryable(String body) throws Exception {
    assertThat(answering(FakeMessagesApi.garbage(body))).isInstanceOf(Outcome.Retryable.class);
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    Outcome outcome =
        answering(
            new FakeMessagesApi.Reply.Response(
                302, Map.of("location", api.baseUrl() + "/v1/messages"), ""));

    assertThat(outcome).isEqualTo(Outcome.permanent("the Anthropic API answered 302"));
  }

  @Test
  void aDroppedConnectionIsRetryable() throws Exception {
    Outcome outcome = answering(FakeMessagesApi.hangUp());

    assertThat(outcome).isInstanceOf(Outcome.Retryable.class);
    assertThat(reason(outcome)).startsWith("the call to 127.0.0.1 failed: ");
  }

  @Test
  void nobodyListeningIsRetryable() throws Exception {
    api.close();

    assertThat(service.execute(page("{}", "<p>x"))).isInstanceOf(Outcome.Retryable.class);
  }

  @Test
  void anApiThatTakesTooLongIsRetryable() throws Exception {
    Outcome outcome = answering(FakeMessagesApi.held(), "{\"timeout\": \"100ms\"}");

    assertThat(reason(outcome)).isEqualTo("no answer from 127.0.0.1 within 100ms");
    assertThat(outcome).isInstanceOf(Outcome.Retryable.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptEndsTheCallAtOnce(boolean virtual) throws Exception {
    api.reply(FakeMessagesApi.held());
    AtomicReference<Object> ending = new AtomicReference<>("none");
    Runnable task =
        () -> {
          try {
            ending.set(service.execute(page("{}", "<p>x")));
          } catch (InterruptedException e) {
            ending.set(e);
          }
        };
    Thread thread = virtual ? Thread.ofVirtual().start(task) : Thread.ofPlatform().start(task);
    await().until(() -> api.requests().size() == 1);

    thread.interrupt();

    assertThat(thread.join(Duration.ofSeconds(5))).isTrue();
    assertThat(ending.get()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void anInputWithoutTextIsNotSent() throws Exception {
    Outcome outcome = service.execute(page("{}", "<script>only()</script>"));

    assertThat(outcome).isInstanceOf(Outcome.Permanent.class);
    assertThat(api.requests()).isEmpty();
  }

  @Test
  void withoutAKeyTheServiceIsUnavailable() throws Exception {
    assertThat(service.unavailable(api.environment())).isEmpty();
    assertThat(service.unavailable(Environment.of(Map.of())))
        .contains("ANTHROPIC_API_KEY is not set; set it to an Anthropic API key");
    assertThat(service.unavailable(Environment.of(Map.of("ANTHROPIC_API_KEY", " ")))).isPresent();

    String torn = "sk-ant-\nsecret";
    Environment environment = Environment.of(Map.of("ANTHROPIC_API_KEY", torn));
    assertThat(service.unavailable(environment).orElseThrow()).doesNotContain("secret");
    assertThat(reason(service.execute(ClaudeCalls.page("{}", "<p>x", environment))))
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://10.1.2.3"})
  void anAddressFromAPipelineMayNotBePrivate(String address) throws Exception {
    String config = "{\"base_url\": \"" + address + "\", \"api_key\": \"sk-ant-test-x\"}";
    Outcome outcome = service.execute(ClaudeCalls.page(config, "<p>x", Environment.of(Map.of())));

    assertThat(reason(outcome)).contains("a private address; set allow_private to reach it");
  }

  @Test
  void noOutcomeHoldsTheKey() throws Exception {
    List<FakeMessagesApi.Reply> replies =
        List.of(
            FakeMessagesApi.error(401, "authentication_error", FakeMessagesApi.KEY),
            FakeMessagesApi.garbage(FakeMessagesApi.KEY),
            FakeMessagesApi.hangUp(),
            FakeMessagesApi.rateLimited("1"));
    for (FakeMessagesApi.Reply reply : replies) {
      api.reply(reply);
      Outcome outcome = service.execute(page("{}", "<p>x"));
      StringWriter all = new StringWriter();
      all.write(outcome.toString());
      cause(outcome).ifPresent(cause -> cause.printStackTrace(new PrintWriter(all, true)));
      assertThat(all.toString()).doesNotContain(FakeMessagesApi.KEY);
    }
  }

  private static String reason(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Permanent(String reason, Optional<Throwable> cause) -> reason;
      case Outcome.Retryable(String reason, Optional<Throwable> cause) -> reason;
      case Outcome.RateLimited(String reason, Optional<Duration> retryAfter) -> reason;
      case Outcome other -> throw new AssertionError("expected a failure, got " + other);
    };
  }

  private static Optional<Throwable> cause(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Permanent(String reason, Optional<Throwable> cause) -> cause;
      case Outcome.Retryable(String reason, Optional<Throwable> cause) -> cause;
      case Outcome other -> Optional.empty();
    };
  }
}
