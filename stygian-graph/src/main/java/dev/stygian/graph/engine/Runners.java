package dev.stygian.graph.engine;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a worker. A runner is a virtual thread that executes one waiting attempt after the
 * other until none waits, so a task costs a thread of its own only where it blocks. There are at
 * most as many as slots, and at most one is on its way: it starts the next one if something still
 * waits when it begins. A runner that has gone on for {@link #TURN_NANOS} lets others have a turn.
 * Thread-safe.
 */
final class Runners {
  private static final long TURN_NANOS = 10_000_000;

  private final SharedSlots.Part slots;
  private final Consumer<Attempt> execution;
  private final Queue<Attempt> line = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger active = new AtomicInteger();
  private final AtomicBoolean oneOnItsWay = new AtomicBoolean();

  /**
   * Runners on a part of the slots, which no other runners have.
   *
   * @param execution executes an attempt and throws nothing
   * @param roomChanged called when an attempt stops waiting and when a slot becomes free
   */
  Runners(SharedSlots.Part slots, Consumer<Attempt> execution, Runnable roomChanged) {
    this.slots = slots;
    this.execution = execution;
    slots.belongsTo(new Waiting(), this::startOne, roomChanged);
  }

  private final class Waiting implements SharedSlots.Line {
    @Override
    public @Nullable Attempt next() {
      return line.peek();
    }

    @Override
    public int size() {
      return waiting.get() + active.get();
    }
  }

  void add(List<Attempt> attempts) {
    waiting.addAndGet(attempts.size());
    line.addAll(attempts);
    startOne();
  }

  /** Attempts that wait for a slot. */
  int waiting() {
    return waiting.get();
  }

  /** Slots that are taken here. */
  int active() {
    return active.get();
  }

  /** Takes the next attempt from the line; null where none waits. */
  @Nullable Attempt next() {
    Attempt attempt = line.poll();
    if (attempt != null) {
      waiting.decrementAndGet();
    }
    return attempt;
  }

  /** Takes the next attempt from the line if it has waited since before then. */
  @Nullable Attempt nextSince(long nanos) {
    Attempt first = line.peek();
    if (first == null || first.leasedNanos() - nanos > 0 || !line.remove(first)) {
      return null;
    }
    waiting.decrementAndGet();
    return first;
  }

  private void startOne() {
    while (waiting.get() > 0 && oneOnItsWay.compareAndSet(false, true)) {
      if (slots.takeSlot()) {
        active.incrementAndGet();
        Thread.ofVirtual().name("stygian-task").start(this::run);
        return;
      }
      oneOnItsWay.set(false);
      if (slots.isFull()) {
        return; // whoever ends next comes by here; one that just did may have been turned away
      }
    }
  }

  private void run() {
    oneOnItsWay.set(false);
    long turnNanos = System.nanoTime();
    try {
      for (Attempt attempt = next(); attempt != null; attempt = next()) {
        startOne();
        slots.tellRoomChanged();
        execution.accept(attempt);
        if (slots.yields()) {
          break;
        }
        long now = System.nanoTime();
        if (now - turnNanos > TURN_NANOS) {
          LockSupport.parkNanos(1); // Thread.yield() passes over threads that others start
          turnNanos = System.nanoTime();
        }
      }
    } finally {
      active.decrementAndGet();
      slots.giveSlot(); // and what came after the last look begins
    }
  }
}
