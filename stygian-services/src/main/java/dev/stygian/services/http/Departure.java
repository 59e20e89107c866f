package dev.stygian.services.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.function.BooleanSupplier;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether a request may go out, where the connection for it is there and nothing lies between
 * but the network; so what connecting took does not bring two starts closer together. Counts what
 * comes back. For one request; used by one thread.
 */
final class Departure implements Interceptor {
  private static final int LOOK_MILLIS = 1;

  private final BooleanSupplier mayStart;
  private final boolean isOnce;
  private boolean isNewlyConnected;
  private long startedNanos = System.nanoTime();
  private boolean begun;
  private boolean sent;
  private long receivedBytes;

  /**
   * A departure that asks this.
   *
   * @param isOnce whether the answer is yes once at most, so that a try on a connection that the
   *     host has closed would be the only one
   */
  Departure(BooleanSupplier mayStart, boolean isOnce) {
    this.mayStart = mayStart;
    this.isOnce = isOnce;
  }

  /** The time to start was over; nothing was sent. */
  static final class TooLateException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLateException() {
      super("the time to start was over");
    }
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Connection connection = chain.connection();
    if (isOnce && !isNewlyConnected && connection != null && isClosedByHost(connection)) {
      connection.socket().close(); // fails below, and is tried again on a new connection
      return chain.proceed(chain.request());
    }
    if (!mayStart.getAsBoolean()) {
      throw new TooLateException();
    }
    startedNanos = System.nanoTime();
    begun = true;
    Response response = chain.proceed(chain.request());
    return response.newBuilder().body(counted(response.body())).build();
  }

  /**
   * Whether a host has closed a connection that waited for its next request, or said something
   * unasked, as some do before they close. HTTP/2 looks for that by itself.
   */
  private static boolean isClosedByHost(Connection connection) throws IOException {
    if (connection.protocol() == Protocol.HTTP_2) {
      return false;
    }
    Socket socket = connection.socket();
    int timeout = socket.getSoTimeout();
    socket.setSoTimeout(LOOK_MILLIS);
    try {
      int _ = socket.getInputStream().read(); // the end, or what answers no request of ours
      return true;
    } catch (SocketTimeoutException _) {
      return false;
    } catch (IOException _) { // as good as closed
      return true;
    } finally {
      if (!socket.isClosed()) {
        socket.setSoTimeout(timeout);
      }
    }
  }

  private ResponseBody counted(ResponseBody body) {
    ForwardingSource counting =
        new ForwardingSource(body.source()) {
          @Override
          public long read(Buffer sink, long most) throws IOException {
            long bytes = super.read(sink, most);
            receivedBytes += Math.max(0, bytes);
            return bytes;
          }
        };
    return ResponseBody.create(Okio.buffer(counting), body.contentType(), body.contentLength());
  }

  /**
   * Tells when the request was out. The processor may go to others between the word that it may go
   * and that, and the next start counts from when it was sent, not from when it was to be.
   */
  EventListener listener() {
    return new EventListener() {
      @Override
      public void connectEnd(
          Call call, InetSocketAddress address, Proxy proxy, @Nullable Protocol protocol) {
        isNewlyConnected = true;
      }

      @Override
      public void responseHeadersStart(Call call) {
        if (begun && !sent) {
          sent = true;
          startedNanos = System.nanoTime();
        }
      }
    };
  }

  /** Whether anything of it may have been sent. */
  boolean hasBegun() {
    return begun;
  }

  /** What was read of the answer's body, as it came. */
  long receivedBytes() {
    return receivedBytes;
  }

  /** When it went out, at the latest; where it did not, when it was to. */
  long startedNanos() {
    return begun && !sent ? System.nanoTime() : startedNanos;
  }
}
