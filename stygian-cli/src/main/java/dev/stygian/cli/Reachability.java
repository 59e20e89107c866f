package dev.stygian.cli;

import dev.stygian.cli.output.Redaction;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.SettingInvalidException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A first look whether somebody listens at a queue's address. The queue itself waits for minutes,
 * as it must in the middle of a run; who has just mistyped a port should not.
 */
final class Reachability {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final long PAUSE_MILLIS = 100;
  private static final int REDIS_PORT = 6379;
  private static final int SENTINEL_PORT = 26379;
  private static final Pattern REDIS = Pattern.compile("rediss?(-cluster|-sentinel)?:");
  private static final String HOST = "(\\[[0-9A-Fa-f:.%]+]|[^\\s@/?#:,\\[\\]]+)(:\\d{1,5})?";
  private static final Pattern ONE_HOST = Pattern.compile(HOST);
  private static final Pattern REDIS_ADDRESS =
      Pattern.compile(
          "rediss?://([^\\s@/?#]*@)?"
              + HOST
              + "(/\\d*)?(\\?\\S*)?"
              + "|rediss?-(cluster|sentinel)://([^\\s@/?#]*@)?"
              + HOST
              + "(,"
              + HOST
              + ")*(/\\d*)?(\\?\\S*)?(#\\S*)?");

  private Reachability() {}

  /**
   * Refuses what is no address of a server, a cluster or sentinels: the client would take a port
   * that is no number, or the rest of a password, for the name of a host and look for it for ever.
   *
   * @throws SettingInvalidException showing how to write one
   */
  static void requireAddress(String url) {
    boolean redis = REDIS.matcher(url).lookingAt();
    if (redis && !REDIS_ADDRESS.matcher(url).matches()) {
      throw new SettingInvalidException(
          "\""
              + Redaction.withoutPasswords(url)
              + "\" is no queue URL; write redis://HOST:PORT, and special characters of a password"
              + " as in URLs, %2F for a slash");
    }
  }

  /**
   * Looks whether one of the servers that a URL names listens: of a cluster's nodes or of sentinels
   * one is enough to find the others. What names none, such as a Unix socket, is left to the
   * client.
   *
   * @throws QueueUnavailableException where nobody listens
   */
  static void require(String url) throws InterruptedException {
    if (!REDIS_ADDRESS.matcher(url).matches()) {
      return;
    }
    int usualPort = url.contains("-sentinel://") ? SENTINEL_PORT : REDIS_PORT;
    String[] servers =
        url.replaceFirst("^[a-z-]+://([^@]*@)?", "").split("[/?#]", 2)[0].split(",", -1);
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (int i = 0; ; i = (i + 1) % servers.length) {
      try (Socket socket = new Socket()) {
        socket.connect(address(servers[i], usualPort), (int) PATIENCE.toMillis());
        return;
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          throw new QueueUnavailableException(
              "no queue at "
                  + Redaction.withoutPasswords(url)
                  + ": "
                  + reason(e)
                  + "; is the server running, and reachable from here?",
              e);
        }
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private static InetSocketAddress address(String server, int usualPort) {
    Matcher parts = ONE_HOST.matcher(server);
    String port = parts.matches() ? parts.group(2) : null;
    String host = port == null ? server : server.substring(0, server.length() - port.length());
    return new InetSocketAddress(
        host.replaceAll("[\\[\\]]", ""),
        port == null ? usualPort : Integer.parseInt(port.substring(1)));
  }

  private static String reason(IOException e) {
    return e instanceof java.net.UnknownHostException
        ? "unknown host"
        : String.valueOf(e.getMessage());
  }
}
