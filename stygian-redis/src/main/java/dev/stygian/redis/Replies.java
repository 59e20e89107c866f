package dev.stygian.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what scripts reply: nested lists of byte arrays and longs. */
final class Replies {
  private Replies() {}

  static List<?> list(Object reply) {
    return (List<?>) reply;
  }

  static String text(Object reply) {
    return reply instanceof byte[] raw ? new String(raw, UTF_8) : String.valueOf(reply);
  }

  static long number(Object reply) {
    return reply instanceof Long n ? n : Long.parseLong(text(reply));
  }

  /** A hash, which comes as names and values in turn. */
  static Map<String, byte[]> fields(Object reply) {
    Map<String, byte[]> fields = new HashMap<>();
    List<?> all = list(reply);
    for (int i = 0; i < all.size(); i += 2) {
      fields.put(text(all.get(i)), bytes(all.get(i + 1)));
    }
    return fields;
  }

  static byte[] bytes(Object reply) {
    return (byte[]) reply;
  }
}
