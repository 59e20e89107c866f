package dev.stygian.bench.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that sends back what it gets. */
final class FaultProxyTest {
  private static final byte[] WORD = "0123456789".getBytes(US_ASCII);
  private static final int SOON_MILLIS = 200;
  private static final int LONG_MILLIS = 20_000;

  private ServerSocket echo;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    proxy = FaultProxy.start(echo.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    echo.close();
  }

  @SuppressWarnings("NullAway.Init") // set before each test
  FaultProxyTest() {}

  private void serve() {
    try {
      while (true) {
        Socket socket = echo.accept();
        Thread.ofVirtual()
            .start(() -> {
              try (socket) {
                socket.getInputStream().transferTo(socket.getOutputStream());
              } catch (IOException _) {
                // cut, as it is meant to be
              }
            });
      }
    } catch (IOException _) {
      // the test is over
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(LONG_MILLIS);
    return socket;
  }

  private static void send(Socket socket) throws IOException {
    socket.getOutputStream().write(WORD);
  }

  private static byte[] receive(Socket socket) throws IOException {
    return socket.getInputStream().readNBytes(WORD.length);
  }

  /** All that still comes before the other side is gone. */
  private static byte[] rest(Socket socket) {
    byte[] got = new byte[0];
    try {
      for (int next = socket.getInputStream().read(); next >= 0; ) {
        got = java.util.Arrays.copyOf(got, got.length + 1);
        got[got.length - 1] = (byte) next;
        next = socket.getInputStream().read();
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection was not cut", e);
    } catch (IOException _) {
      // reset: cut, too
    }
    return got;
  }

  @Test
  void forwardsBothWays() throws IOException {
    assertForwards();
  }

  private void assertForwards() throws IOException {
    try (Socket socket = connect()) {
      send(socket);
      assertThat(receive(socket)).isEqualTo(WORD);
      send(socket);
      assertThat(receive(socket)).isEqualTo(WORD);
    }
  }

  @Test
  void aCutEndsEveryConnectionAndNewOnesWork() throws IOException {
    try (Socket one = connect();
        Socket two = connect()) {
      send(one);
      send(two);
      assertThat(receive(one)).isEqualTo(WORD);
      assertThat(receive(two)).isEqualTo(WORD);

      assertThat(proxy.cut()).isEqualTo(2);

      assertThat(rest(one)).isEmpty();
      assertThat(rest(two)).isEmpty();
    }
    assertForwards();
  }

  @Test
  void aReplyIsCutInItsMiddle() throws IOException {
    try (Socket socket = connect()) {
      send(socket);
      assertThat(receive(socket)).isEqualTo(WORD);

      assertThat(proxy.cutAfter(FaultProxy.Direction.REPLIES, 4)).isEqualTo(1);
      send(socket);

      assertThat(rest(socket)).isEqualTo("0123".getBytes(US_ASCII));
    }
  }

  /** The server got four bytes, and they may or may not come back before the end. */
  @Test
  void aRequestIsCutInItsMiddle() throws IOException {
    try (Socket socket = connect()) {
      send(socket);
      assertThat(receive(socket)).isEqualTo(WORD);

      proxy.cutAfter(FaultProxy.Direction.REQUESTS, 4);
      send(socket);

      assertThat("0123").startsWith(new String(rest(socket), US_ASCII));
    }
  }

  @Test
  void whatIsDelayedComesLaterAndWhole() throws IOException {
    try (Socket socket = connect()) {
      proxy.delay(Duration.ofMillis(SOON_MILLIS));
      long began = System.nanoTime();
      send(socket);

      assertThat(receive(socket)).isEqualTo(WORD);

      assertThat(System.nanoTime() - began)
          .isGreaterThanOrEqualTo(Duration.ofMillis(2 * SOON_MILLIS).toNanos());
    }
  }

  @Test
  void nothingIsForwardedUntilAllStallsAreOver() throws IOException {
    try (Socket socket = connect()) {
      proxy.stall();
      proxy.stall();
      send(socket);
      socket.setSoTimeout(SOON_MILLIS);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      proxy.flow();
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);

      proxy.flow();

      socket.setSoTimeout(LONG_MILLIS);
      assertThat(receive(socket)).isEqualTo(WORD);
    }
  }

  @Test
  void whereNobodyListensAConnectionEndsAtOnce() throws IOException {
    echo.close();
    try (Socket socket = connect()) {
      assertThat(rest(socket)).isEmpty();
    }
  }
}
