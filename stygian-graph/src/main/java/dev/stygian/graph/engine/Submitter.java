package dev.stygian.graph.engine;

import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.databind.JsonNode;

/**
 * Puts the items of an input into a run, in order and each once, in constant memory: what has been
 * read while the last batch was under way goes out together. Started again with the same input
 * after a crash, it goes on where the queue says that it was.
 */
public final class Submitter {
  private static final String NAME = "input";
  private static final int MOST = 500;
  private static final Duration FOREVER = Duration.ofDays(36_500);

  private final WorkQueue queue;
  private final RunPlan plan;

  private Submitter(WorkQueue queue, RunPlan plan) {
    this.queue = queue;
    this.plan = plan;
  }

  /**
   * Opens a run, or finds it as it was opened: an unfinished run of that id goes on with the
   * pipeline that it began with.
   */
  public static Submitter open(WorkQueue queue, RunId run, RunDefinition definition) {
    queue.open(new RunPlan(run, definition).spec());
    RunPlan kept =
        queue
            .ledger()
            .find(run)
            .map(spec -> new RunPlan(run, RunDefinition.read(spec)))
            .orElseThrow(() -> new IllegalStateException("a run that was opened is known"));
    return new Submitter(queue, kept);
  }

  /** As {@link #open(WorkQueue, RunId, RunDefinition)}, with the fingerprints of this registry. */
  public static Submitter open(
      WorkQueue queue,
      RunId run,
      dev.stygian.graph.pipeline.Pipeline pipeline,
      ServiceRegistry registry,
      boolean fresh) {
    return open(queue, run, RunDefinition.of(pipeline, registry, fresh, Optional.empty()));
  }

  /**
   * Submits every item and closes the input; blocks while the queue is full.
   *
   * @return how many items the run has
   */
  public long submitAll(Iterator<JsonNode> inputs) throws InterruptedException {
    long accepted = queue.ledger().accepted(plan.run(), NAME);
    if (queue.ledger().status(plan.run()).inputClosed()) {
      return accepted; // a run that goes on has all of its items
    }
    for (long i = 0; i < accepted && inputs.hasNext(); i++) {
      inputs.next();
    }
    try (Source source = new Source(inputs)) {
      long position = accepted;
      List<JsonNode> batch = source.take();
      while (!batch.isEmpty()) {
        List<Submission> items = new ArrayList<>(batch.size());
        for (JsonNode input : batch) {
          items.add(plan.submission(Long.toString(position + items.size()), input));
        }
        queue.enqueue(plan.run(), NAME, position, items, FOREVER);
        position += items.size();
        if (queue.ledger().status(plan.run()).state() == RunStatus.State.CANCELLED) {
          break;
        }
        batch = source.take();
      }
      queue.closeInput(plan.run());
      return position;
    }
  }

  /** Reads ahead on a thread of its own, a bounded number of items. */
  private static final class Source implements AutoCloseable {
    private final BlockingQueue<Optional<JsonNode>> ahead = new ArrayBlockingQueue<>(2 * MOST);
    private final AtomicReference<Optional<RuntimeException>> failure =
        new AtomicReference<>(Optional.empty());
    private final Thread reader;
    private boolean over;

    Source(Iterator<JsonNode> inputs) {
      reader = Thread.ofVirtual().name("stygian-input").unstarted(() -> read(inputs));
      reader.start();
    }

    private void read(Iterator<JsonNode> inputs) {
      try {
        try {
          while (inputs.hasNext()) {
            ahead.put(Optional.of(inputs.next()));
          }
        } catch (RuntimeException e) {
          failure.set(Optional.of(e));
        }
        ahead.put(Optional.empty());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** At least one item; empty at the end. */
    List<JsonNode> take() throws InterruptedException {
      List<JsonNode> items = new ArrayList<>();
      if (over) {
        return items;
      }
      List<Optional<JsonNode>> taken = new ArrayList<>(List.of(ahead.take()));
      ahead.drainTo(taken, MOST - 1);
      for (Optional<JsonNode> item : taken) {
        item.ifPresent(items::add);
        over |= item.isEmpty();
      }
      if (over && failure.get().isPresent()) {
        throw failure.get().get();
      }
      return items;
    }

    @Override
    public void close() {
      reader.interrupt();
    }
  }
}
