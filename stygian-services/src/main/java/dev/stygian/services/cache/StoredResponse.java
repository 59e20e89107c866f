package dev.stygian.services.cache;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.item.Payload;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import okhttp3.Headers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A response as it is stored: its head as JSON, behind its length, so that it can be read without
 * the rest; then the body, unpacked from how it travelled and compressed where that pays. What
 * cannot be read is as good as not stored.
 *
 * @param body compared by nobody, so the array does no harm
 */
@SuppressWarnings("ArrayRecordComponent")
public record StoredResponse(StoredHead head, byte[] body) {
  private static final byte FORM = 1;
  private static final int PREFIX_BYTES = 1 + Integer.BYTES;

  /** A head that is larger is not stored. */
  public static final int MAX_HEAD_BYTES = 8 * 1024;

  /** So much of what is stored has the whole head in it. */
  public static final int START_BYTES = PREFIX_BYTES + MAX_HEAD_BYTES;

  /** What is stored; empty where the head is too large. */
  public Optional<byte[]> bytes() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("status", head.status());
    ArrayNode headers = json.putArray("headers");
    for (var header : head.headers()) {
      headers.addArray().add(header.getFirst()).add(header.getSecond());
    }
    json.put("received", head.received().toEpochMilli());
    json.put("age", head.initialAge().toMillis());
    json.put("selecting", head.selecting());
    json.put("line", head.line());
    json.put("body", body.length);
    byte[] written = Json.bytes(json);
    if (written.length > MAX_HEAD_BYTES) {
      return Optional.empty();
    }
    byte[] packed = Payload.ofJson(body).bytes(); // which takes any bytes
    return Optional.of(
        ByteBuffer.allocate(PREFIX_BYTES + written.length + packed.length)
            .put(FORM)
            .putInt(written.length)
            .put(written)
            .put(packed)
            .array());
  }

  /** The head, of its first {@link #START_BYTES} or more; empty where they are damaged. */
  public static Optional<StoredHead> headOf(byte[] stored) {
    return json(stored).flatMap(StoredResponse::head);
  }

  /** The response; empty where it is damaged. */
  public static Optional<StoredResponse> of(byte[] stored) {
    Optional<JsonNode> json = json(stored);
    Optional<StoredHead> head = json.flatMap(StoredResponse::head);
    if (head.isEmpty()) {
      return Optional.empty();
    }
    try {
      int from = PREFIX_BYTES + headBytes(stored);
      byte[] body = Payload.ofBytes(stored, from, stored.length - from).json();
      return body.length == json.get().path("body").asInt(-1)
          ? Optional.of(new StoredResponse(head.get(), body))
          : Optional.empty();
    } catch (PayloadException _) {
      return Optional.empty();
    }
  }

  private static int headBytes(byte[] stored) {
    return ByteBuffer.wrap(stored).getInt(1);
  }

  private static Optional<JsonNode> json(byte[] stored) {
    if (stored.length < PREFIX_BYTES || stored[0] != FORM) {
      return Optional.empty();
    }
    int length = headBytes(stored);
    if (length < 0 || length > stored.length - PREFIX_BYTES) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          Json.parse(Arrays.copyOfRange(stored, PREFIX_BYTES, PREFIX_BYTES + length)));
    } catch (PayloadException _) {
      return Optional.empty();
    }
  }

  private static Optional<StoredHead> head(JsonNode json) {
    if (!json.path("status").isInt()
        || !json.path("received").isIntegralNumber()
        || !json.path("age").isIntegralNumber()
        || !json.path("selecting").isString()
        || !json.path("line").isString()) {
      return Optional.empty();
    }
    try {
      Headers.Builder headers = new Headers.Builder();
      for (JsonNode header : json.path("headers")) {
        headers.addUnsafeNonAscii(header.path(0).asString(), header.path(1).asString());
      }
      return Optional.of(
          new StoredHead(
              json.path("status").asInt(),
              headers.build(),
              Instant.ofEpochMilli(json.path("received").asLong()),
              Duration.ofMillis(json.path("age").asLong()),
              json.path("selecting").asString(),
              json.path("line").asString()));
    } catch (IllegalArgumentException | DateTimeException _) { // no header's name, no time
      return Optional.empty();
    }
  }
}
