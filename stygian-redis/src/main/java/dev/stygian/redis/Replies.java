package dev.stygian.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

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

  static byte[] bytes(Object reply) {
    return (byte[]) reply;
  }
}
