package dev.stygian.bench.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;

/** Inflicts a schedule on a scene: each fault at its time, and each is ended again. */
final class Harm {
  private final Schedule schedule;
  private final Scene scene;
  private final Stalls stalls;
  private final ReentrantLock serverTrouble = new ReentrantLock();
  private final ConcurrentLinkedQueue<Inflicted> inflicted = new ConcurrentLinkedQueue<>();

  /** Ends a fault. */
  @FunctionalInterface
  private interface Cure {
    void apply() throws IOException, InterruptedException;
  }

  private static final Cure NONE = () -> {};

  Harm(Schedule schedule, Scene scene, Stalls stalls) {
    this.schedule = schedule;
    this.scene = scene;
    this.stalls = stalls;
  }

  /** What was done so far, in the order of its ends. */
  List<Inflicted> inflicted() {
    return List.copyOf(inflicted);
  }

  /** Returns when every fault is over; the first one that could not be inflicted is thrown. */
  void play() throws InterruptedException {
    long began = System.nanoTime();
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Fault fault : schedule.faults()) {
        Thread.sleep(Duration.ofMillis(Math.max(0, fault.atMillis() - millisSince(began))));
        running.add(
            threads.submit(() -> {
              inflict(fault, began);
              return true;
            }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a fault could not be inflicted: " + e.getCause(), e);
    }
  }

  private static long millisSince(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
  }

  private void inflict(Fault fault, long began) throws IOException, InterruptedException {
    boolean one = fault.kind().victim() == FaultKind.Victim.SERVER;
    if (one) {
      serverTrouble.lock(); // where one took longer than planned, the next one is late
    }
    try {
      long at = millisSince(began);
      stalls.begins(fault.kind(), System.nanoTime());
      Optional<Cure> cure = begin(fault);
      if (cure.isPresent()) {
        Thread.sleep(Duration.ofMillis(fault.lastsMillis()));
        cure.get().apply();
      }
      stalls.ends(fault.kind(), System.nanoTime());
      inflicted.add(new Inflicted(fault, at, millisSince(began), cure.isPresent()));
    } finally {
      if (one) {
        serverTrouble.unlock();
      }
    }
  }

  /** Begins a fault; empty where there is nothing to hit. */
  private Optional<Cure> begin(Fault fault) throws IOException, InterruptedException {
    HarmedServer server = scene.server();
    return switch (fault.kind()) {
      case KILL_WORKER -> killed(scene.workers().get(fault.target()), Map.of());
      case KILL_SUBMITTER -> killed(scene.submitter(), Map.of());
      case KILL_READER -> killed(scene.reader(), Map.of());
      case SHIFT_CLOCK -> {
        Optional<ClockShift> clocks = scene.plan().clocks();
        yield clocks.isEmpty()
            ? Optional.empty()
            : killed(scene.workers().get(fault.target()), clocks.get().by(fault.amount()));
      }
      case PAUSE_WORKER -> {
        ServedProcess worker = scene.workers().get(fault.target());
        long pid = worker.pause();
        yield pid == 0 ? Optional.empty() : Optional.of(() -> worker.resume(pid));
      }
      case KILL_SERVER -> {
        server.kill();
        yield Optional.of(server::startAgain);
      }
      case PAUSE_SERVER -> {
        server.pause();
        yield Optional.of(server::resume);
      }
      case FILL_MEMORY -> {
        server.fillMemory(fault.amount());
        yield Optional.of(server::restoreMemory);
      }
      case CUT -> hit(links(fault).stream().mapToInt(FaultProxy::cut).sum());
      case CUT_REPLY -> cutAfter(fault, FaultProxy.Direction.REPLIES);
      case CUT_REQUEST -> cutAfter(fault, FaultProxy.Direction.REQUESTS);
      case DELAY -> {
        links(fault).forEach(link -> link.delay(Duration.ofMillis(fault.amount())));
        yield Optional.of(() -> links(fault).forEach(link -> link.delay(Duration.ZERO)));
      }
      case ISOLATE, STALL -> {
        links(fault).forEach(FaultProxy::stall);
        yield Optional.of(() -> links(fault).forEach(FaultProxy::flow));
      }
    };
  }

  private static Optional<Cure> killed(ServedProcess victim, Map<String, String> next) {
    return victim.killAndRestartWith(next) ? Optional.of(NONE) : Optional.empty();
  }

  private Optional<Cure> cutAfter(Fault fault, FaultProxy.Direction direction) {
    int bytes = Math.toIntExact(fault.amount());
    return hit(links(fault).stream().mapToInt(link -> link.cutAfter(direction, bytes)).sum());
  }

  private static Optional<Cure> hit(int connections) {
    return connections > 0 ? Optional.of(NONE) : Optional.empty();
  }

  private List<FaultProxy> links(Fault fault) {
    return fault.target() == Fault.ALL ? scene.links() : List.of(scene.links().get(fault.target()));
  }
}
