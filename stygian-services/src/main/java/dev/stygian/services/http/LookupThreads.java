package dev.stygian.services.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Resolves names on a few platform threads of its own. The system's resolver blocks in native code:
 * on a virtual thread it would hold a carrier (two slow name servers would stop a two-core
 * machine), and it can neither be interrupted nor given a timeout. Here the caller waits, and can
 * do both.
 */
final class LookupThreads implements AutoCloseable {
  private static final int MAX_THREADS = 16;
  private static final int MAX_WAITING = 4096;

  private final NameLookup names;
  private final ThreadPoolExecutor threads;

  LookupThreads(NameLookup names) {
    this.names = names;
    threads =
        new ThreadPoolExecutor(
            MAX_THREADS,
            MAX_THREADS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().daemon().name("stygian-name-lookup-", 1).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** The addresses of {@code host}; an interrupt ends the wait and stays set. */
  List<InetAddress> addresses(String host, Duration timeout) throws UnknownHostException {
    Future<List<InetAddress>> answer;
    try {
      answer = threads.submit(() -> names.addresses(host));
    } catch (RejectedExecutionException e) {
      throw unknown(host, "too many name lookups are waiting", e);
    }
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw unknown(host, "no name server answered within " + timeout.toMillis() + "ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(host, "interrupted", e);
    } catch (ExecutionException e) {
      throw unknown(host, "it does not resolve", e.getCause() == null ? e : e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  private static UnknownHostException unknown(String host, String why, Throwable cause) {
    UnknownHostException e = new UnknownHostException("host \"" + host + "\" is unknown: " + why);
    e.initCause(cause);
    return e;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
