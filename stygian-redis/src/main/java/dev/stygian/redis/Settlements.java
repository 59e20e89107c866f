package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseToken;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.Release;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Books the ends of leases: completions and nacks, each gathered into batches of one script call.
 */
final class Settlements implements AutoCloseable {
  private static final int MOST_PER_CALL = 250;
  private static final long MOST_BYTES_PER_CALL = 1 << 20;

  /** The largest result that stays under its idempotency key when its item is done. */
  private static final int STORED_BYTES = 16 << 10;

  private static final byte[] YES = bytes("1");
  private static final byte[] NO = bytes("0");
  private static final byte[] NOBODY_READS_IT = new byte[0];

  private final RedisLink link;
  private final OpenRuns runs;
  private final CommandBatcher<Booking, Settled> completions;
  private final CommandBatcher<Booking, Settled> nacks;

  /** The end of a lease as its script takes it; made by the thread that asks, checked and whole. */
  private record Booking(LeaseToken lease, List<byte[]> arguments) {
    long bytes() {
      long sum = 0;
      for (byte[] argument : arguments) {
        sum += argument.length;
      }
      return sum;
    }
  }

  Settlements(RedisLink link, OpenRuns runs) {
    this.link = link;
    this.runs = runs;
    this.completions = batcher("complete", LuaScript.COMPLETE);
    this.nacks = batcher("nack", LuaScript.NACK);
  }

  private CommandBatcher<Booking, Settled> batcher(String name, LuaScript script) {
    return new CommandBatcher<>(
        name, MOST_PER_CALL, MOST_BYTES_PER_CALL, Booking::bytes, batch -> book(script, batch));
  }

  Settled complete(Completion completion) throws InterruptedException {
    Lease lease = completion.lease();
    RunSpec spec = runs.known(lease.task().id().run()).spec();
    boolean keeps =
        !spec.lanes().get(spec.laneOf(lease.task().id().node())).isFirst()
            || spec.wide()
            || spec.endsPerItem() > 1;
    List<byte[]> arguments = new ArrayList<>();
    addLease(lease, arguments);
    add(arguments, spec.lanes().size());
    arguments.add(keeps ? YES : NO);
    add(arguments, completion.results().size());
    add(arguments, completion.releases().size());
    addResults(spec, lease, completion.results(), arguments);
    for (Release release : completion.releases()) {
      add(arguments, spec.laneOf(release.task().id().node()));
      add(arguments, release.predecessors());
      arguments.add(TaskBytes.record(release.task(), TaskBytes.NO_KEY, 0));
    }
    return completions.ask(new Booking(lease.token(), arguments));
  }

  Settled nack(Nack nack) throws InterruptedException {
    Task task = nack.task();
    RunSpec spec = runs.known(task.id().run()).spec();
    List<byte[]> arguments = new ArrayList<>();
    addLease(nack.lease(), arguments);
    add(arguments, spec.laneOf(task.id().node()));
    add(arguments, nack.attempt());
    switch (nack.verdict()) {
      case Nack.Verdict.Retry(String error, Duration delay) -> {
        arguments.add(bytes("retry"));
        add(arguments, delay.toMillis());
        arguments.add(bytes(error));
      }
      case Nack.Verdict.Bury(String error) -> {
        arguments.add(bytes("bury"));
        add(arguments, 0);
        arguments.add(bytes(error));
      }
      case Nack.Verdict.HandBack() -> {
        arguments.add(bytes("back"));
        add(arguments, 0);
        arguments.add(bytes(""));
      }
    }
    arguments.add(TaskBytes.record(task, TaskBytes.NO_KEY, 0));
    add(arguments, nack.booked().size());
    addResults(spec, nack.lease(), nack.booked(), arguments);
    return nacks.ask(new Booking(nack.lease().token(), arguments));
  }

  private List<Settled> book(LuaScript script, List<Booking> batch) throws InterruptedException {
    List<byte[]> arguments = new ArrayList<>();
    batch.forEach(booking -> arguments.addAll(booking.arguments()));
    List<?> replies = link.list(script, arguments);
    List<Settled> all = new ArrayList<>(replies.size());
    for (int i = 0; i < replies.size(); i++) {
      LeaseToken token = batch.get(i).lease();
      all.add(
          switch (Replies.text(replies.get(i))) {
            case "booked" -> new Settled.Booked();
            case "buried" -> new Settled.Buried();
            default -> new Settled.LeaseLost(token);
          });
    }
    return all;
  }

  private static void addLease(Lease lease, List<byte[]> arguments) {
    add(arguments, lease.token().lease());
    add(arguments, lease.token().index());
    arguments.add(bytes(lease.task().id().item()));
    arguments.add(lease.task().key().bytes());
  }

  private static void addResults(
      RunSpec spec, Lease lease, List<NodeResult> results, List<byte[]> arguments) {
    Task task = lease.task();
    for (NodeResult result : results) {
      int node = spec.laneOf(result.node());
      boolean stored = lease.stored().isPresent() && result.node().equals(task.id().node());
      add(arguments, node);
      arguments.add(result.key().bytes());
      add(arguments, result.attempts());
      arguments.add(result.last() ? YES : NO);
      arguments.add(result.keep() ? YES : NO);
      boolean storing = !stored && result.output().size() <= STORED_BYTES;
      arguments.add(storing ? YES : NO);
      arguments.add(
          storing || result.keep() || result.last() ? result.output().bytes() : NOBODY_READS_IT);
      arguments.add(
          result.last()
              ? TaskBytes.resultHead(
                  node, result.attempts(), result.key(), task.id().item(), task.input())
              : NO);
    }
  }

  private static void add(List<byte[]> arguments, long number) {
    arguments.add(bytes(Long.toString(number)));
  }

  @Override
  public void close() {
    completions.close();
    nacks.close();
  }
}
