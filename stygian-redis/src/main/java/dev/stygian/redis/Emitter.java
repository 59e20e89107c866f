package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.Emitted;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.graph.settings.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Puts items into runs that executions found, or split their items into. */
final class Emitter {
  /** So many that no script takes longer than a millisecond or two. */
  private static final int MOST_PER_CALL = 100;

  private static final long MOST_BYTES_PER_CALL = 1 << 20;
  private static final int DIGEST_BYTES = 12;
  private static final String BY_IDENTITY = "-1";
  private static final byte[] NOTHING = new byte[0];

  private final RedisLink link;
  private final OpenRuns runs;
  private final SoleRuns sole;

  Emitter(RedisLink link, OpenRuns runs, SoleRuns sole) {
    this.link = link;
    this.runs = runs;
    this.sole = sole;
  }

  Optional<Emitted> emit(Lease lease, List<Emission> batch, long limit)
      throws InterruptedException {
    return emit(
        lease,
        batch,
        _ -> arguments(lease, Long.toString(limit), BY_IDENTITY),
        each -> Arrays.copyOf(Sha256.of(each.item().getBytes(UTF_8)), DIGEST_BYTES));
  }

  Optional<Emitted> emitParts(Lease lease, List<Emission> batch, long from)
      throws InterruptedException {
    return emit(lease, batch, at -> arguments(lease, "0", Long.toString(from + at)), _ -> NOTHING);
  }

  /**
   * Emits in as many calls as it takes.
   *
   * @param head what a call begins with, by the place in the batch where it does
   */
  private Optional<Emitted> emit(
      Lease lease,
      List<Emission> batch,
      IntFunction<List<byte[]>> head,
      Function<Emission, byte[]> digest)
      throws InterruptedException {
    OpenRuns.Known run = runs.known(lease.task().id().run());
    Emitted all = Emitted.NONE;
    int at = 0;
    while (at < batch.size()) {
      int to = end(batch, at);
      List<byte[]> arguments = head.apply(at);
      for (Emission each : batch.subList(at, to)) {
        add(run.spec(), each, digest.apply(each), arguments);
      }
      Optional<Emitted> some = send(run, arguments);
      if (some.isEmpty()) {
        return some;
      }
      all = all.plus(some.get());
      at = to;
    }
    return Optional.of(all);
  }

  /** Where the next call ends: at least one item further on. */
  private static int end(List<Emission> batch, int from) {
    int to = from;
    long bytes = 0;
    while (to < batch.size() && to - from < MOST_PER_CALL && bytes < MOST_BYTES_PER_CALL) {
      Emission each = batch.get(to);
      bytes += (long) each.input().size() * Math.max(1, each.first().size());
      to++;
    }
    return to;
  }

  private static List<byte[]> arguments(Lease lease, String limit, String from) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(bytes(Long.toString(lease.token().lease())));
    arguments.add(bytes(Integer.toString(lease.token().index())));
    arguments.add(bytes(lease.task().id().item()));
    arguments.add(bytes(limit));
    arguments.add(bytes(from));
    return arguments;
  }

  private Optional<Emitted> send(OpenRuns.Known run, List<byte[]> arguments)
      throws InterruptedException {
    List<?> reply = link.list(LuaScript.EMIT, arguments);
    while (Replies.text(reply.getFirst()).equals("share")) {
      sole.share(run.number());
      reply = link.list(LuaScript.EMIT, arguments);
    }
    if (Replies.text(reply.getFirst()).equals("lost")) {
      return Optional.empty();
    }
    return Optional.of(
        new Emitted(
            Replies.number(reply.get(1)),
            Replies.number(reply.get(2)),
            Replies.number(reply.get(3))));
  }

  private static void add(RunSpec spec, Emission emission, byte[] digest, List<byte[]> arguments) {
    arguments.add(emission.item().getBytes(UTF_8));
    arguments.add(digest);
    arguments.add(bytes(Integer.toString(emission.first().size())));
    arguments.add(emission.result().map(result -> entry(spec, emission, result)).orElse(NOTHING));
    for (Task task : emission.first()) {
      arguments.add(bytes(Integer.toString(spec.laneOf(task.id().node()))));
      arguments.add(HostLaneNames.name(task));
      arguments.add(TaskBytes.record(task));
    }
  }

  private static byte[] entry(RunSpec spec, Emission emission, NodeResult result) {
    int node = spec.laneOf(result.node());
    TaskId id = new TaskId(spec.id(), emission.item(), result.node());
    Task task = new Task(id, spec.lanes().get(node).service(), result.key(), emission.input());
    ByteWriter entry = new ByteWriter(0);
    TaskBytes.writeResult(entry, node, task, emission.item().getBytes(UTF_8), result);
    return entry.toBytes();
  }
}
