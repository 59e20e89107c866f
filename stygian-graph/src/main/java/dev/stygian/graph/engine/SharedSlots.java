package dev.stygian.graph.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a process, for the workers of several queues: each has a {@link Part} of them. Who
 * leases next is decided by rank, then by weight: of the queues that have work, those of the first
 * rank lease alone, each so many tasks as its weight says (stride scheduling: Waldspurger, 1995). A
 * queue whose last request was not met in full has no work: its worker waits at it for a single
 * task, which may come on top of what the slots allow, and takes nothing from the others until
 * then. What waits for a slot goes by rank too, then by age. Thread-safe.
 */
public final class SharedSlots {
  /** A request that takes longer goes to a queue that is away; nobody waits for it. */
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int slots;
  private final AtomicInteger taken = new AtomicInteger();
  private final List<Part> parts = new CopyOnWriteArrayList<>();

  /** So many slots, all of them free. */
  public SharedSlots(int slots) {
    if (slots < 1) {
      throw new IllegalArgumentException("a process has a slot");
    }
    this.slots = slots;
  }

  /**
   * A part for one more queue.
   *
   * @param rank queues of a higher rank get nothing while this one has work
   * @param weight how many times the tasks of a queue of weight 1 it gets, within its rank
   */
  public Part part(int rank, int weight) {
    if (weight < 1) {
      throw new IllegalArgumentException("a weight is at least 1");
    }
    Part part = new Part(rank, weight);
    parts.add(part);
    return part;
  }

  private boolean take() {
    int now = taken.get();
    while (now < slots) {
      if (taken.compareAndSet(now, now + 1)) {
        return true;
      }
      now = taken.get();
    }
    return false;
  }

  private void startWaiting() {
    for (int i = parts.size(); i > 0; i--) {
      Part first = firstWaiting();
      if (first == null) {
        return;
      }
      first.starter.run();
      if (taken.get() >= slots) {
        return; // whoever ends next comes by here
      }
    }
    parts.forEach(part -> part.starter.run());
  }

  /** The part whose task is to have the next slot; null where none waits. */
  private @Nullable Part firstWaiting() {
    Part first = null;
    long firstSince = 0;
    for (Part part : parts) {
      Attempt waiting = part.line.next();
      if (waiting != null
          && (first == null
              || part.rank < first.rank
              || (part.rank == first.rank && waiting.leasedNanos() - firstSince < 0))) {
        first = part;
        firstSince = waiting.leasedNanos();
      }
    }
    return first;
  }

  /** What a worker waits in. */
  interface Line {
    /** The attempt that waits longest; null where none does. */
    @Nullable Attempt next();

    /** Attempts that wait for a slot or have one. */
    int size();
  }

  /** One queue's part of the slots. */
  public final class Part {
    private final int rank;
    private final int weight;
    private volatile Line line =
        new Line() {
          @Override
          public @Nullable Attempt next() {
            return null;
          }

          @Override
          public int size() {
            return 0;
          }
        };
    private volatile Runnable starter = () -> {};
    private volatile Runnable roomChanged = () -> {};

    // guarded by the slots
    private boolean working = true;
    private int ahead;
    private int asked;
    private long askedNanos;
    private double leased;

    private Part(int rank, int weight) {
      this.rank = rank;
      this.weight = weight;
    }

    /** Makes a worker's line known, and what is to be called when it may go on. */
    void belongsTo(Line ofWorker, Runnable startOne, Runnable whenRoomChanged) {
      line = ofWorker;
      starter = startOne;
      roomChanged = whenRoomChanged;
    }

    int slots() {
      return slots;
    }

    private boolean isAlone() {
      return parts.size() == 1;
    }

    boolean takeSlot() {
      return take();
    }

    boolean isFull() {
      return taken.get() >= slots;
    }

    /** Gives a slot back; what waited for it begins. */
    void giveSlot() {
      taken.decrementAndGet();
      if (isAlone()) {
        starter.run();
      } else {
        startWaiting();
      }
      tellRoomChanged();
    }

    /** Whether a slot is to go to another queue's task. */
    boolean yields() {
      if (isAlone()) {
        return false;
      }
      Part first = firstWaiting();
      return first != null && first != this;
    }

    void tellRoomChanged() {
      for (Part part : parts) {
        part.roomChanged.run();
      }
    }

    /**
     * How many tasks may be leased now.
     *
     * @param endSoon how many of this part's tasks end in some milliseconds: so many may be leased
     *     ahead of the slots, by whichever part is behind
     */
    int room(int endSoon, int most) {
      if (isAlone()) {
        return slots + endSoon - line.size();
      }
      synchronized (SharedSlots.this) {
        ahead = endSoon;
        if (!working) {
          return 1;
        }
        int room = slots + ahead;
        List<Part> rivals = new ArrayList<>(parts.size());
        for (Part part : parts) {
          boolean isAway = part.asked > 0 && System.nanoTime() - part.askedNanos > SLOW_NANOS;
          room -= part.line.size() + (isAway ? 0 : part.asked);
          if (part != this && part.working && !isAway) {
            if (part.rank < rank) {
              return 0;
            }
            room += part.ahead;
            if (part.rank == rank) {
              rivals.add(part);
            }
          }
        }
        return mine(Math.min(room, most), rivals);
      }
    }

    /** How many of so many tasks are this part's, where each goes to whoever is furthest behind. */
    private int mine(int room, List<Part> rivals) {
      double[] theirs = new double[rivals.size()];
      for (int i = 0; i < theirs.length; i++) {
        theirs[i] = (rivals.get(i).leased + rivals.get(i).asked) / rivals.get(i).weight;
      }
      int mine = 0;
      for (int left = room; left > 0; left--) {
        int behind = -1;
        double least = (leased + mine) / weight;
        for (int i = 0; i < theirs.length; i++) {
          if (theirs[i] < least) {
            behind = i;
            least = theirs[i];
          }
        }
        if (behind < 0) {
          mine++;
        } else {
          theirs[behind] += 1.0 / rivals.get(behind).weight;
        }
      }
      return mine;
    }

    /**
     * Says that so many tasks are asked for.
     *
     * @return whether the request is to wait until there is one: the queue had none, or it is alone
     */
    boolean asks(int most) {
      synchronized (SharedSlots.this) {
        asked = working ? most : 0;
        askedNanos = System.nanoTime();
        return !working || isAlone();
      }
    }

    /** Says what became of the request. */
    void got(int tasks, int ofMost) {
      synchronized (SharedSlots.this) {
        asked = 0;
        if (!working && tasks > 0) {
          leased = Math.max(leased, weight * leastOfWorking());
        }
        leased += tasks;
        working = working ? tasks >= ofMost : tasks > 0;
      }
      if (!isAlone()) {
        tellRoomChanged();
      }
    }

    /** Whoever begins to have work has not saved anything up. */
    private double leastOfWorking() {
      return parts.stream()
          .filter(part -> part.working)
          .mapToDouble(part -> part.leased / part.weight)
          .min()
          .orElse(0);
    }

    /** Takes no more part. */
    void leave() {
      synchronized (SharedSlots.this) {
        working = false;
        asked = 0;
      }
      tellRoomChanged();
    }
  }
}
