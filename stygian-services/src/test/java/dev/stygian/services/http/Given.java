package dev.stygian.services.http;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.Environment;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A call of {@code http} in the making; private addresses are allowed unless the test says no. */
final class Given {
  private final Map<String, JsonNode> inputs = new LinkedHashMap<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private String pipeline = "pipeline";
  private JsonNode item = JsonNodeFactory.instance.objectNode();
  private ObjectNode config = JsonNodeFactory.instance.objectNode();
  private EgressRule egress = new EgressRule(true, Set.of());
  private Optional<URI> site = Optional.empty();
  private Optional<Fleet> fleet = Optional.empty();

  static Given nothing() {
    return new Given();
  }

  static Given url(Object url) {
    Given given = new Given();
    given.item = JsonNodeFactory.instance.stringNode(url.toString());
    return given;
  }

  /** Config as JSON; single quotes stand for double ones. */
  Given config(String json) {
    config = (ObjectNode) Json.parse(json.replace('\'', '"'));
    return this;
  }

  Given env(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Given input(String node, String json) {
    inputs.put(node, Json.parse(json.replace('\'', '"')));
    return this;
  }

  Given egress(EgressRule rule) {
    egress = rule;
    return this;
  }

  Given item(Object url) {
    item = JsonNodeFactory.instance.stringNode(url.toString());
    return this;
  }

  Given pipeline(String id) {
    pipeline = id;
    return this;
  }

  Given publicOnly() {
    return egress(EgressRule.publicOnly());
  }

  Given site(URI base) {
    site = Optional.of(base);
    return this;
  }

  Given fleet(Fleet given) {
    fleet = Optional.of(given);
    return this;
  }

  ServiceCall call() {
    ServiceCall alone =
        new ServiceCall(
            pipeline,
            "fetch",
            1,
            new Item("0", item),
            Config.of(HttpSchema.SCHEMA, config, Environment.of(environment)),
            inputs,
            egress,
            site);
    return fleet.map(f -> in(f, alone)).orElse(alone);
  }

  private static ServiceCall in(Fleet fleet, ServiceCall call) {
    return new ServiceCall(
        call.pipelineId(),
        call.node(),
        call.attempt(),
        call.item(),
        call.config(),
        call.inputs(),
        call.egress(),
        call.site(),
        fleet);
  }

  Outcome fetchedBy(HttpService service) throws InterruptedException {
    return service.execute(call());
  }

  /** The output of a call that must succeed. */
  JsonNode pageFrom(HttpService service) throws InterruptedException {
    return switch (fetchedBy(service)) {
      case Outcome.Success(JsonNode output) -> output;
      case Outcome.Retryable(String reason, var cause) -> throw new AssertionError(reason);
      case Outcome.Permanent(String reason, var cause) -> throw new AssertionError(reason);
      case Outcome other -> throw new AssertionError(other);
    };
  }

  /** The reason of a call that must fail for good. */
  String permanentReason(HttpService service) throws InterruptedException {
    Outcome outcome = fetchedBy(service);
    if (outcome instanceof Outcome.Permanent(String reason, var cause)) {
      return reason;
    }
    throw new AssertionError("it did not fail permanently: " + outcome);
  }

  /** The reason of a call that must fail for now. */
  String retryableReason(HttpService service) throws InterruptedException {
    Outcome outcome = fetchedBy(service);
    if (outcome instanceof Outcome.Retryable(String reason, var cause)) {
      return reason;
    }
    throw new AssertionError("it did not fail retryably: " + outcome);
  }
}
