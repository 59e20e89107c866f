package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.Task;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Whole ends under one lease all of whose outputs that are written are stored results, in the form
 * that costs the server least: their results and values go there by plain commands, and the script,
 * whose every byte is dear, gets keys and pointers alone.
 */
final class StagedEnds {
  private static final byte[] PLAIN = bytes("plain");

  private final byte[] name;
  private final StagedValues values;
  private final List<Completion> ends;
  private final List<Integer> nodes;
  private final ByteWriter places;
  private final ByteWriter pointers;
  private final ByteWriter results;

  /**
   * Whether they are the first of their lease, in its order, so that their places need not be said.
   */
  private boolean areFirst = true;

  /**
   * Ends of one shape.
   *
   * @param name of the blob that takes their results; a try's own, like that of the values
   * @param values takes their values, with those of all that is booked in the same call
   * @param nodes the numbers of those that each of them executed, in the order of its progress
   */
  StagedEnds(String name, StagedValues values, List<Completion> ends, List<Integer> nodes) {
    this.name = bytes(name);
    this.values = values;
    this.ends = ends;
    this.nodes = nodes;
    this.places = new ByteWriter(2 * ends.size());
    int perEnd = ends.getFirst().progress().results().size();
    this.pointers = new ByteWriter((24 + perEnd * (24 + pointerBytes())) * ends.size());
    int outputs = 0;
    int inputs = 0;
    for (Completion end : ends) {
      outputs += (int) end.progress().outputBytes();
      inputs += end.lease().task().input().size() + end.lease().task().id().item().length();
    }
    int all = perEnd * ends.size();
    this.results = new ByteWriter(outputs + perEnd * inputs + TaskBytes.RESULT_BYTES * all);
    values.makeRoomFor(all, outputs);
    ends.forEach(this::add);
  }

  private int pointerBytes() {
    return values.pointerBytes();
  }

  private void add(Completion end) {
    Task task = end.lease().task();
    byte[] item = task.id().item().getBytes(StandardCharsets.UTF_8);
    int place = end.lease().token().index();
    areFirst &= 2 * place == places.size();
    places.u16(place);
    pointers.put(task.key().bytes());
    int node = end.progress().passed().size();
    for (NodeResult result : end.progress().results()) {
      TaskBytes.writeResult(results, nodes.get(node), task, item, result);
      if (nodes.size() > 1) {
        pointers.put(result.key().bytes());
      }
      values.add(result, pointers);
      node++;
    }
  }

  /** Adds what must be put down before the script, and the arguments of the script. */
  void addTo(
      OpenRuns.Known run,
      Keys keys,
      byte[] lease,
      List<RedisLink.Preceding> before,
      List<byte[]> arguments) {
    byte[] blobs = keys.run(run.number(), "blobs");
    byte[] resultBytes = results.toBytes();
    before.add(server -> server.hset(blobs, name, resultBytes));
    ByteWriter columns = new ByteWriter(14 + 2 * nodes.size() + places.size() + pointers.size());
    columns
        .u16(ends.size())
        .u32(resultBytes.length)
        .u16(pointerBytes())
        .u16(nodes.size())
        .u16(ends.getFirst().progress().results().size());
    nodes.forEach(columns::u16);
    if (areFirst) {
      columns.u16(0);
    } else {
      columns.u16(ends.size()).put(places);
    }
    columns.put(pointers);
    arguments.add(lease);
    arguments.add(columns.toBytes());
    arguments.add(bytes(Long.toString(run.number())));
    arguments.add(name);
    arguments.add(PLAIN);
  }
}
