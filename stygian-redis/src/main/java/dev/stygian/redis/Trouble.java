package dev.stygian.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** What a failure means for us, and what a person can do about it. */
record Trouble(Kind kind, String advice) {
  /** What is to be done. */
  enum Kind {
    /** Try again. */
    PASSING,
    /** Try again over a new connection: this one leads nowhere, or to the wrong server. */
    LOST,
    /** Try again once there is room. */
    FULL,
    /** Give up, unless the password may be about to change. */
    CREDENTIALS,
    /** Give up, unless certificates may be about to change. */
    CERTIFICATE,
    /** Give up. */
    REFUSED
  }

  private static final List<String> CREDENTIALS =
      List.of("NOAUTH", "WRONGPASS", "ERR AUTH", "ERR invalid password");

  /** The server is not, or no more, the one that has the queue. */
  private static final List<String> ELSEWHERE = List.of("MOVED ", "CLUSTERDOWN", "UNBLOCKED");

  /** Within a script's own error where the server wraps it, as Redis 6.2 does. */
  private static final List<String> PASSING =
      List.of("LOADING", "BUSY ", "TRYAGAIN", "NOREPLICAS", "MISCONF");

  static Trouble of(Throwable failure) {
    String deepest = "it broke";
    for (Throwable t = failure; t != null; t = t.getCause()) {
      deepest = t.getMessage() == null ? deepest : firstLine(t.getMessage());
      String said = String.valueOf(t.getMessage());
      if (CREDENTIALS.stream().anyMatch(said::startsWith)) {
        return new Trouble(
            Kind.CREDENTIALS,
            firstLine(said) + "; check the user and the password in the queue's URL");
      } else if (t instanceof UnreplicatedException) {
        return new Trouble(
            Kind.LOST,
            "no replica of the server has confirmed what was written (durability = \"replicated\");"
                + " is one up, and connected to it?");
      } else if (t instanceof RedisCommandExecutionException) {
        return ofReply(said);
      } else if (t instanceof SSLException || t instanceof GeneralSecurityException) {
        return ofHandshake(t);
      }
    }
    return new Trouble(
        Kind.LOST,
        "no connection (" + deepest + "); is the server running, and reachable from here?");
  }

  private static Trouble ofReply(String said) {
    if (said.startsWith("NOPERM") || said.startsWith("DENIED") || MissingRight.isIn(said)) {
      return new Trouble(Kind.REFUSED, firstLine(said));
    } else if (said.contains("OOM ")) {
      return new Trouble(
          Kind.FULL,
          "the server is out of memory (OOM); raise maxmemory, lower max_depth or result_budget,"
              + " or fetch results");
    } else if (said.contains("READONLY") || said.contains("MASTERDOWN")) {
      return new Trouble(
          Kind.LOST, "the server is a read-only replica; a failover may be under way");
    } else if (ELSEWHERE.stream().anyMatch(said::startsWith)) {
      return new Trouble(
          Kind.LOST, "another node of the cluster takes the queue over (" + firstLine(said) + ")");
    } else if (said.startsWith("ASK ")) {
      return new Trouble(Kind.PASSING, "the queue's slot is on its way to another node");
    } else if (PASSING.stream().anyMatch(said::contains)) {
      return new Trouble(Kind.PASSING, firstLine(said));
    }
    return new Trouble(Kind.REFUSED, firstLine(said));
  }

  private static Trouble ofHandshake(Throwable failure) {
    Throwable deepest = failure;
    boolean isUntrusted = false;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      deepest = t;
      isUntrusted |= t instanceof GeneralSecurityException; // a path, a signature, a date
    }
    String said = firstLine(String.valueOf(deepest.getMessage()));
    String lower = said.toLowerCase(Locale.ROOT);
    if (lower.startsWith("not an ssl/tls record")) { // the rest is what the server sent
      return new Trouble(
          Kind.CERTIFICATE,
          "the server does not speak TLS at this port; name the one that does (tls-port), or"
              + " write redis:// instead of rediss://");
    } else if (lower.contains("certificate_required") || lower.contains("handshake_failure")) {
      return new Trouble(
          Kind.CERTIFICATE,
          "the server asks for a certificate of this process ("
              + said
              + "); set REDIS_TLS_CERT and REDIS_TLS_KEY");
    } else if (lower.contains("received fatal alert")) {
      return new Trouble(
          Kind.CERTIFICATE,
          "the server does not accept the certificate in REDIS_TLS_CERT (" + said + ")");
    } else if (lower.contains("subject alternative") || lower.contains("no name matching")) {
      return new Trouble(
          Kind.CERTIFICATE,
          "the server's certificate is for another host ("
              + said
              + "); write the host's name as the certificate has it");
    }
    if (isUntrusted) {
      return new Trouble(
          Kind.CERTIFICATE,
          "the server's certificate is not trusted ("
              + said
              + "); set REDIS_TLS_CA to a file with the certificate of the authority that signed"
              + " it");
    }
    return new Trouble(
        Kind.LOST,
        "no TLS connection ("
            + said
            + "); is the server up, and does it speak TLS at this port (tls-port)?");
  }

  boolean isFull() {
    return kind == Kind.FULL;
  }

  boolean isLost() {
    return kind == Kind.LOST;
  }

  boolean isAboutCredentials() {
    return kind == Kind.CREDENTIALS;
  }

  static String firstLine(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.length() > 300 ? line.substring(0, 300) : line;
  }
}
