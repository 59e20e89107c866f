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

  private final StagedResults results;
  private final StagedValues values;
  private final List<Completion> ends;
  private final List<Integer> nodes;
  private final ByteWriter places;
  private final ByteWriter pointers;
  private final int resultsAt;

  /**
   * Whether they are the first of their lease, in its order, so that their places need not be said.
   */
  private boolean areFirst = true;

  /**
   * Ends of one shape.
   *
   * @param results takes their results, with those of all of their run that is booked in the same
   *     call
   * @param values takes their values, with those of all that is booked in the same call
   * @param nodes the numbers of those that each of them executed, in the order of its progress
   */
  StagedEnds(
      StagedResults results, StagedValues values, List<Completion> ends, List<Integer> nodes) {
    this.results = results;
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
    this.resultsAt = results.writer().size();
    results.writer().makeRoomFor(outputs + perEnd * inputs + TaskBytes.RESULT_BYTES * all);
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
      TaskBytes.writeResult(results.writer(), nodes.get(node), task, item, result);
      if (nodes.size() > 1) {
        pointers.put(result.key().bytes());
      }
      values.add(result, pointers);
      node++;
    }
  }

  /** Adds the arguments of the script. */
  void addTo(OpenRuns.Known run, byte[] lease, List<byte[]> arguments) {
    ByteWriter columns = new ByteWriter(18 + 2 * nodes.size() + places.size() + pointers.size());
    columns
        .u16(ends.size())
        .u32(resultsAt)
        .u32(results.writer().size() - resultsAt)
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
    arguments.add(results.name());
    arguments.add(PLAIN);
  }
}
