package dev.stygian.graph.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code [on_finish]} table: what is called once when a run is over, with its status. At least
 * one of the two is there.
 *
 * @param webhook a URL to which the status is sent by POST
 * @param headers of that request; values may hold references
 * @param command a program and its arguments, which gets the status on its standard input
 * @param maxAttempts of each
 * @param timeout of an attempt
 */
public record OnFinish(
    Optional<String> webhook,
    Map<String, String> headers,
    List<String> command,
    int maxAttempts,
    Duration timeout) {
  /** The header by which a receiver tells a repeated call. */
  public static final String KEY_HEADER = "Idempotency-Key";

  /** The variable by which a program tells that. */
  public static final String KEY_VARIABLE = "IDEMPOTENCY_KEY";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  public OnFinish {
    headers = Map.copyOf(headers);
    command = List.copyOf(command);
  }

  /**
   * The calls as nodes, which know nothing of each other.
   *
   * @param key what each call carries, whatever attempt makes it, and no other run's does; a header
   *     of that name in the file comes before it
   */
  public List<Node> nodes(String key) {
    List<Node> nodes = new ArrayList<>();
    webhook.ifPresent(url -> {
      ObjectNode config =
          JSON.objectNode().put("url", url).put("method", "POST").put("send_input", true);
      ObjectNode sent = config.putObject("headers");
      if (headers.keySet().stream().noneMatch(KEY_HEADER::equalsIgnoreCase)) {
        sent.put(KEY_HEADER, key);
      }
      headers.forEach(sent::put);
      nodes.add(node("webhook", "http", config));
    });
    if (!command.isEmpty()) {
      ObjectNode config = JSON.objectNode();
      ArrayNode words = config.putArray("command");
      command.forEach(words::add);
      config.putObject("env").put(KEY_VARIABLE, key);
      nodes.add(node("command", "command", config));
    }
    return nodes;
  }

  private Node node(String id, String service, ObjectNode config) {
    return new Node(
        id,
        service,
        config,
        OptionalInt.of(maxAttempts),
        Optional.empty(),
        Optional.of(timeout),
        false,
        OptionalInt.empty());
  }
}
