package dev.stygian.cli;

import dev.stygian.cli.output.Redaction;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.SettingInvalidException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * A first look whether somebody listens at a queue's address. The queue itself waits for minutes,
 * as it must in the middle of a run; who has just mistyped a port should not.
 */
final class Reachability {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final long PAUSE_MILLIS = 100;
  private static final int REDIS_PORT = 6379;
  private static final Pattern REDIS_ADDRESS =
      Pattern.compile(
          "rediss?://([^\\s@/?#]*@)?(\\[[0-9A-Fa-f:.%]+]|[^\\s@/?#:\\[\\]]+)(:\\d{1,5})?(/\\d*)?(\\?\\S*)?");

  private Reachability() {}

  /**
   * Refuses what is no {@code redis://} or {@code rediss://} address: the client would take a port
   * that is no number, or the rest of a password, for the name of a host and look for it for ever.
   *
   * @throws SettingInvalidException showing how to write one
   */
  static void requireAddress(String url) {
    boolean redis = url.startsWith("redis:") || url.startsWith("rediss:");
    if (redis && !REDIS_ADDRESS.matcher(url).matches()) {
      throw new SettingInvalidException(
          "\""
              + Redaction.withoutPasswords(url)
              + "\" is no queue URL; write redis://HOST:PORT, and special characters of a password"
              + " as in URLs, %2F for a slash");
    }
  }

  /**
   * Looks at {@code redis://} and {@code rediss://} addresses; others are left to the client.
   *
   * @throws QueueUnavailableException where nobody listens
   */
  static void require(String url) throws InterruptedException {
    URI address;
    try {
      address = new URI(url);
    } catch (URISyntaxException _) {
      return; // the client says what is wrong with it
    }
    String scheme = String.valueOf(address.getScheme());
    if (address.getHost() == null || !(scheme.equals("redis") || scheme.equals("rediss"))) {
      return;
    }
    int port = address.getPort() < 0 ? REDIS_PORT : address.getPort();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try (Socket socket = new Socket()) {
        String host = address.getHost().replaceAll("[\\[\\]]", "");
        socket.connect(new InetSocketAddress(host, port), (int) PATIENCE.toMillis());
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

  private static String reason(IOException e) {
    return e instanceof java.net.UnknownHostException
        ? "unknown host"
        : String.valueOf(e.getMessage());
  }
}
