package dev.stygian.services.http;

import dev.stygian.graph.service.Fleet;
import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Asks the fleet whether a request may go out, where the connection for it is there and nothing
 * lies between but the network; so what connecting took does not bring two starts closer together.
 * For one request; used by one thread.
 */
final class Departure implements Interceptor {
  private final Fleet fleet;
  private long startedNanos = System.nanoTime();

  Departure(Fleet fleet) {
    this.fleet = fleet;
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
    if (!fleet.mayStart()) {
      throw new TooLateException();
    }
    startedNanos = System.nanoTime();
    return chain.proceed(chain.request());
  }

  /** When it went out; before that, when it was to be. */
  long startedNanos() {
    return startedNanos;
  }
}
