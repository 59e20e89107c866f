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
 * whose every byte is dear, gets keys and pointers alone. One try's; another has another name,
 * since those of a try whose reply was lost may be booked already.
 */
final class StagedEnds {
  private static final byte[] PLAIN = bytes("plain");

  private final byte[] name;
  private final List<Completion> ends;
  private final List<Integer> nodes;
  private final ByteWriter places;
  private final ByteWriter pointers;
  private final ByteWriter results;
  private final ByteWriter values;
  private int count;

  /**
   * Whether they are the first of their lease, in its order, so that their places need not be said.
   */
  private boolean areFirst = true;

  /**
   * Ends of one shape.
   *
   * @param nodes the numbers of those that each of them executed, in the order of its progress
   */
  StagedEnds(String name, List<Completion> ends, List<Integer> nodes) {
    this.name = bytes(name);
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
    this.values = new ByteWriter(outputs + 5 * all);
    ends.forEach(this::add);
  }

  private int pointerBytes() {
    return 3 + name.length;
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
      byte[] output = result.output().bytes();
      values.u32(1 + output.length).u8(result.attempts()).put(output);
      if (nodes.size() > 1) {
        pointers.put(result.key().bytes());
      }
      pointers.u8(0).u16(count).put(name);
      count++;
      node++;
    }
  }

  /** Adds what must be put down before the script, and the arguments of the script. */
  void addTo(
      OpenRuns.Known run,
      Keys keys,
      long generation,
      byte[] lease,
      List<RedisLink.Preceding> before,
      List<byte[]> arguments) {
    byte[] blobs = keys.run(run.number(), "blobs");
    byte[] batches = keys.values(generation);
    byte[] resultBytes = results.toBytes();
    byte[] valueBytes = values.toBytes();
    before.add(server -> server.hset(blobs, name, resultBytes));
    before.add(server -> server.hset(batches, name, valueBytes));
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
