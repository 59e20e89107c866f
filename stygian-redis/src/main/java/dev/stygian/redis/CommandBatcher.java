package dev.stygian.redis;

import dev.stygian.graph.error.QueueClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.ToLongFunction;

/**
 * Group commit: what callers ask for while one call is under way goes out together in the next. An
 * idle batcher sends at once, so batching costs no latency. Callers block; one thread sends, a
 * platform thread, so that virtual ones which compute for long do not hold it up.
 *
 * @param <T> what is asked for
 * @param <R> what comes back for each
 */
final class CommandBatcher<T, R> implements AutoCloseable {
  private static final int WAITING = 4096;

  /** Sends a batch; replies come in the order of the requests. */
  @FunctionalInterface
  interface Sender<T, R> {
    List<R> send(List<T> batch) throws InterruptedException;
  }

  private record Request<T, R>(T what, long weight, CompletableFuture<R> reply) {}

  private final BlockingQueue<Request<T, R>> requests = new ArrayBlockingQueue<>(WAITING);
  private final Sender<T, R> sender;
  private final ToLongFunction<T> weigher;
  private final int mostRequests;
  private final long mostWeight;
  private final Thread thread;
  private volatile boolean closed;

  CommandBatcher(
      String name,
      int mostRequests,
      long mostWeight,
      ToLongFunction<T> weigher,
      Sender<T, R> sender) {
    this.sender = sender;
    this.weigher = weigher;
    this.mostRequests = mostRequests;
    this.mostWeight = mostWeight;
    this.thread = Thread.ofPlatform().daemon().name("stygian-" + name).unstarted(this::loop);
    thread.start();
  }

  /** Asks, and waits for the answer; what the sender threw is thrown here. */
  R ask(T what) throws InterruptedException {
    Request<T, R> request =
        new Request<>(what, weigher.applyAsLong(what), new CompletableFuture<>());
    if (closed) {
      throw closedException();
    }
    requests.put(request);
    if (closed && requests.remove(request)) {
      throw closedException();
    }
    try {
      return request.reply.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private void loop() {
    List<Request<T, R>> batch = new ArrayList<>();
    try {
      while (!closed || !requests.isEmpty()) {
        batch.add(requests.take());
        long weight = batch.getFirst().weight;
        while (batch.size() < mostRequests) {
          Request<T, R> next = requests.peek();
          if (next == null || weight + next.weight > mostWeight) {
            break;
          }
          weight += next.weight;
          batch.add(requests.remove());
        }
        send(batch);
        batch.clear();
      }
    } catch (InterruptedException e) {
      batch.forEach(r -> r.reply.completeExceptionally(closedException()));
    }
    requests.forEach(r -> r.reply.completeExceptionally(closedException()));
  }

  private void send(List<Request<T, R>> batch) throws InterruptedException {
    try {
      List<R> replies = sender.send(batch.stream().map(Request::what).toList());
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).reply.complete(replies.get(i));
      }
    } catch (RuntimeException e) {
      batch.forEach(r -> r.reply.completeExceptionally(e));
    }
  }

  private static QueueClosedException closedException() {
    return new QueueClosedException("the queue object was closed while a call was waiting");
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    requests.forEach(r -> r.reply.completeExceptionally(closedException()));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
