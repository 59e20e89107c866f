package dev.stygian.services.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
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
  private static final String RETRY_AFTER = "Retry-After";
  private static final String AT_ONCE = "0";

  /** Whose request a thread is sending. */
  private static final ScopedValue<Departure> UNDER_WAY = ScopedValue.newInstance();

  private final BooleanSupplier mayStart;
  private final LongConsumer sentAt;
  private final boolean isOnce;
  private boolean isNewlyConnected;
  private boolean wasNewlyConnected;
  private int status;
  private @Nullable IOException failure;
  private long startedNanos = System.nanoTime();
  private boolean begun;
  private boolean sent;
  private long receivedBytes;

  /**
   * A departure that asks this.
   *
   * @param sentAt is told when a request is out, by {@link System#nanoTime}
   * @param isOnce whether the answer is yes once at most, so that a try on a connection that the
   *     host has closed would be the only one
   */
  Departure(BooleanSupplier mayStart, LongConsumer sentAt, boolean isOnce) {
    this.mayStart = mayStart;
    this.sentAt = sentAt;
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
      throw whyNotNow();
    }
    startedNanos = System.nanoTime();
    begun = true;
    sent = false;
    wasNewlyConnected = isNewlyConnected;
    failure = null;
    try {
      Response response =
          ScopedValue.where(UNDER_WAY, this).call(() -> chain.proceed(chain.request()));
      status = response.code();
      Response.Builder answer = response.newBuilder().body(counted(response.body()));
      if (AT_ONCE.equals(response.header(RETRY_AFTER))) {
        answer.removeHeader(RETRY_AFTER); // the client would ask again without a start
      }
      return answer.build();
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /**
   * Why a request must not go out. Where it is the client's own repetition, what the first one came
   * to counts; but not where its connection had waited, since the host may have closed that.
   */
  private IOException whyNotNow() {
    if (status > 0) {
      return new IOException("it answered " + status + ", and asking again takes another start");
    }
    return failure != null && wasNewlyConnected
        ? new IOException(failure.getMessage(), failure)
        : new TooLateException();
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
   * The calling thread has written to a network socket. The processor may go to others between the
   * word that a request may go and that, and the next start counts from when it was sent, not from
   * when it was to be.
   */
  static void hasWritten() {
    if (UNDER_WAY.isBound()) {
      UNDER_WAY.get().left();
    }
  }

  private void left() {
    if (begun && !sent) {
      sent = true;
      startedNanos = System.nanoTime();
      sentAt.accept(startedNanos);
    }
  }

  /**
   * Tells what the client does. The answer begins after the request was out, at the latest: where
   * no write was seen, as where another thread's carried it, that is when it was.
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
        left();
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
