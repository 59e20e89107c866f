package dev.stygian.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.List;

/** What an error of the server means for us. */
record Trouble(boolean isFinal, boolean isFull, String advice) {
  private static final List<String> REFUSALS =
      List.of("NOAUTH", "WRONGPASS", "NOPERM", "ERR AUTH", "ERR invalid password", "DENIED");

  /** Within a script's own error where the server wraps it, as Redis 6.2 does. */
  private static final List<String> PASSING =
      List.of("LOADING", "BUSY ", "TRYAGAIN", "MASTERDOWN", "CLUSTERDOWN", "NOREPLICAS", "MISCONF");

  static Trouble of(Throwable failure) {
    Throwable deepest = failure;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      deepest = t;
      String said = String.valueOf(t.getMessage());
      if (REFUSALS.stream().anyMatch(said::startsWith)) {
        return refusal(firstLine(said) + "; check the user and the password in the queue's URL");
      }
      if (t instanceof RedisCommandExecutionException) {
        return ofReply(said);
      }
    }
    return passing(
        "no connection ("
            + firstLine(String.valueOf(deepest.getMessage()))
            + "); is the server running, and reachable from here?");
  }

  private static Trouble ofReply(String said) {
    if (said.contains("OOM ")) {
      return new Trouble(
          false,
          true,
          "the server is out of memory (OOM); raise maxmemory, lower max_depth or result_budget,"
              + " or fetch results");
    } else if (said.contains("READONLY")) {
      return passing("the server is a read-only replica; a failover may be under way");
    } else if (PASSING.stream().anyMatch(said::contains)) {
      return passing(firstLine(said));
    }
    return refusal(firstLine(said));
  }

  private static Trouble passing(String advice) {
    return new Trouble(false, false, advice);
  }

  private static Trouble refusal(String advice) {
    return new Trouble(true, false, advice);
  }

  private static String firstLine(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.length() > 300 ? line.substring(0, 300) : line;
  }
}
