package dev.stygian.graph.engine;

import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Puts the items of an input into a run, in order and each once, in constant memory: what has been
 * read while the last batch was under way goes out together. Started again with the same input
 * after a crash, it goes on where the queue says that it was, and it goes back to where a server is
 * that forgot the last of them. Once a second it looks whether the run was cancelled, and then ends
 * early.
 */
public final class Submitter {
  private static final String NAME = "input";
  private static final long LOOK_NANOS = 1_000_000_000;
  private static final Duration FOREVER = Duration.ofDays(36_500);

  private final WorkQueue queue;
  private final RunPlan plan;
  private final HostLanes lanes;

  private Submitter(WorkQueue queue, RunPlan plan, HostLanes lanes) {
    this.queue = queue;
    this.plan = plan;
    this.lanes = lanes;
  }

  /**
   * Opens a run, or finds it as it was opened: an unfinished run of that id goes on with the
   * pipeline that it began with.
   *
   * @param registry tells which hosts the items visit; of a service that it lacks, workers find out
   */
  public static Submitter open(
      WorkQueue queue, RunId run, RunDefinition definition, ServiceRegistry registry)
      throws InterruptedException {
    HostLanes lanes = new HostLanes(registry, queue.notes());
    RunSpec spec = specWithWhatFollows(queue, run, definition, lanes);
    queue.open(spec);
    RunSpec kept =
        queue
            .ledger()
            .find(run)
            .orElseThrow(() -> new IllegalStateException("a run that was opened is known"));
    if (kept.next().isEmpty()) { // it was there before, and nothing was to follow it
      spec.next().ifPresent(queue.ledger()::cancel);
    }
    return new Submitter(queue, new RunPlan(run, RunDefinition.read(kept)), lanes);
  }

  /** The run that does what is to be done in the end is there, and waits, before the run itself. */
  private static RunSpec specWithWhatFollows(
      WorkQueue queue, RunId run, RunDefinition definition, HostLanes lanes)
      throws InterruptedException {
    RunSpec spec = new RunPlan(run, definition).spec();
    Optional<RunDefinition> whenOver = definition.whenOver(run);
    if (whenOver.isEmpty()) {
      return spec;
    }
    RunPlan next = new RunPlan(RunDefinition.whenOverId(run), whenOver.get());
    queue.open(next.spec());
    if (queue.ledger().accepted(next.run(), NAME) == 0) {
      queue.ledger().pause(next.run());
      JsonNode input = JsonNodeFactory.instance.objectNode().put("run", run.value());
      Submission only = next.submission(run.value(), input, lanes);
      queue.enqueue(next.run(), NAME, 0, List.of(only), FOREVER);
    }
    queue.closeInput(next.run());
    return spec.withNext(next.run());
  }

  /** The same, with the fingerprints of this registry. */
  public static Submitter open(
      WorkQueue queue,
      RunId run,
      dev.stygian.graph.pipeline.Pipeline pipeline,
      ServiceRegistry registry,
      boolean fresh)
      throws InterruptedException {
    return open(
        queue, run, RunDefinition.of(pipeline, registry, fresh, Optional.empty()), registry);
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
    SentItems sent = new SentItems(accepted);
    try (ReadAhead ahead = new ReadAhead(plan, lanes, inputs, accepted)) {
      long lookedNanos = System.nanoTime();
      List<Submission> batch = ahead.take();
      while (!batch.isEmpty()) {
        send(batch, sent);
        if (System.nanoTime() - lookedNanos > LOOK_NANOS) {
          if (queue.ledger().status(plan.run()).state() == RunStatus.State.CANCELLED) {
            break;
          }
          lookedNanos = System.nanoTime();
        }
        batch = ahead.take();
      }
    }
    sendWhatWasLost(sent);
    queue.closeInput(plan.run());
    return sent.next();
  }

  private void send(List<Submission> batch, SentItems sent) throws InterruptedException {
    long position = sent.next();
    sent.add(batch);
    try {
      queue.enqueue(plan.run(), NAME, position, batch, FOREVER);
    } catch (IllegalArgumentException e) { // as the queue says where it is further behind
      if (!sendWhatWasLost(sent)) {
        throw e;
      }
    }
  }

  /** A server that fails over to a replica may forget what it accepted; that is sent again. */
  private boolean sendWhatWasLost(SentItems sent) throws InterruptedException {
    long accepted = queue.ledger().accepted(plan.run(), NAME);
    if (accepted < sent.next()) {
      queue.enqueue(plan.run(), NAME, accepted, sent.from(accepted), FOREVER);
      return true;
    }
    return false;
  }
}
