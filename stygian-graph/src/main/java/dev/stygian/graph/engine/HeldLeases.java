package dev.stygian.graph.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a worker holds: leases that wait for a slot, that are executed, and whose end is not booked
 * yet. All of them are renewed. Kept by hand-out, which is what a heartbeat names, so that a lease
 * that comes and goes costs a counter and not an entry of a map. Thread-safe.
 */
final class HeldLeases {
  private final Map<Long, HandOut> handOuts = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final Object emptiness = new Object();

  /** The leases that share a number. What is booked is let go of, however long others take. */
  static final class HandOut {
    private final long number;
    private final @Nullable Attempt[] attempts;
    private final AtomicInteger open = new AtomicInteger();

    private HandOut(long number, List<Attempt> attempts) {
      this.number = number;
      this.attempts = attempts.toArray(new @Nullable Attempt[0]);
      this.open.set(this.attempts.length);
      for (int i = 0; i < this.attempts.length; i++) {
        attempts.get(i).heldIn(this, i);
      }
    }
  }

  /** Holds what one call leased. */
  void hold(List<Attempt> attempts) {
    Map<Long, List<Attempt>> byNumber = HashMap.newHashMap(4);
    for (Attempt attempt : attempts) {
      byNumber
          .computeIfAbsent(attempt.lease().token().lease(), _ -> new ArrayList<>())
          .add(attempt);
    }
    count.addAndGet(attempts.size());
    byNumber.forEach((number, some) -> handOuts.put(number, new HandOut(number, some)));
  }

  /** Nothing of this lease is left to do; said a second time, it changes nothing. */
  void forget(Attempt attempt) {
    HandOut handOut = attempt.letGo();
    if (handOut == null) {
      return;
    }
    handOut.attempts[attempt.index()] = null;
    if (handOut.open.decrementAndGet() == 0) {
      handOuts.remove(handOut.number, handOut);
    }
    if (count.decrementAndGet() == 0) {
      synchronized (emptiness) {
        emptiness.notifyAll();
      }
    }
  }

  int size() {
    return count.get();
  }

  boolean isEmpty() {
    return count.get() == 0;
  }

  void forEach(Consumer<Attempt> action) {
    for (HandOut handOut : handOuts.values()) {
      for (Attempt attempt : handOut.attempts) {
        if (attempt != null) {
          action.accept(attempt);
        }
      }
    }
  }

  /** Waits until nothing is held; false where the time was over first. */
  boolean awaitEmpty(long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    synchronized (emptiness) {
      while (!isEmpty()) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return false;
        }
        emptiness.wait(left);
      }
    }
    return true;
  }
}
