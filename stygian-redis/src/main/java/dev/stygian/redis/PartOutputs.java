package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.CollectedPage;
import dev.stygian.graph.queue.Collecting;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.TaskId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The outputs of parts, for the nodes that collect them. */
final class PartOutputs {
  private static final int DROPPED_PER_CALL = 1_000;

  private final RedisLink link;
  private final Keys keys;
  private final OpenRuns runs;

  PartOutputs(RedisLink link, Keys keys, OpenRuns runs) {
    this.link = link;
    this.keys = keys;
    this.runs = runs;
  }

  private static Optional<Collecting.Source> source(RunSpec spec, TaskId id) {
    return spec.lanes().get(spec.laneOf(id.node())).collecting().source();
  }

  Optional<CollectedPage> read(Lease lease, long from) throws InterruptedException {
    TaskId id = lease.task().id();
    OpenRuns.Known run = runs.known(id.run());
    Optional<Collecting.Source> source = source(run.spec(), id);
    if (source.isEmpty()) {
      return Optional.empty();
    }
    List<?> reply =
        link.list(
            LuaScript.COLLECT,
            List.of(
                bytes(Long.toString(run.number())),
                bytes(Integer.toString(run.spec().laneOf(id.node()))),
                bytes(Integer.toString(run.spec().laneOf(source.get().last()))),
                bytes(id.item()),
                bytes(id.item() + "/" + source.get().split() + "/"),
                bytes(Long.toString(from))));
    if (reply.isEmpty()) {
      return Optional.empty();
    }
    List<Payload> outputs = new ArrayList<>(reply.size() - 1);
    for (Object value : reply.subList(1, reply.size())) {
      if (value == null) {
        throw new PayloadException(
            "the output of part "
                + (from + outputs.size())
                + " of item \""
                + id.item()
                + "\" is gone, which node \""
                + id.node()
                + "\" of run \""
                + id.run()
                + "\" collects: the server lost it; submit the item again");
      }
      byte[] stored = Replies.bytes(value);
      outputs.add(Payload.ofBytes(Arrays.copyOfRange(stored, 1, stored.length)));
    }
    return Optional.of(new CollectedPage(Replies.number(reply.getFirst()), outputs));
  }

  void drop(Lease lease, long parts) throws InterruptedException {
    TaskId id = lease.task().id();
    OpenRuns.Known run = runs.known(id.run());
    Collecting.Source source = source(run.spec(), id).orElseThrow();
    String before = run.spec().laneOf(source.last()) + ":";
    byte[] out = keys.run(run.number(), "out");
    for (long from = 0; from < parts; from += DROPPED_PER_CALL) {
      byte[][] fields = new byte[(int) Math.min(DROPPED_PER_CALL, parts - from)][];
      for (int i = 0; i < fields.length; i++) {
        fields[i] = bytes(before + Collecting.part(id.item(), source.split(), from + i));
      }
      link.ask("hdel", server -> server.hdel(out, fields));
    }
  }
}
