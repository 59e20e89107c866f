package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.NodeResult;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Ends under one lease that are a single stored result each, of a run whose items have one task, in
 * the form that costs the server least: their results and values go there by plain commands, and
 * the script, whose every byte is dear, gets keys and pointers alone. One try's; another has
 * another name, since those of a try whose reply was lost may be booked already.
 */
final class StagedEnds {
  private static final byte[] PLAIN = bytes("plain");

  private final byte[] name;
  private final ByteWriter places;
  private final ByteWriter pointers;
  private final ByteWriter results;
  private final ByteWriter values;
  private int count;

  StagedEnds(String name, List<Completion> ends) {
    this.name = bytes(name);
    this.places = new ByteWriter(2 * ends.size());
    this.pointers = new ByteWriter((24 + pointerBytes()) * ends.size());
    int outputs = 0;
    int inputs = 0;
    for (Completion end : ends) {
      outputs += end.results().getFirst().output().size();
      inputs += end.lease().task().input().size() + end.lease().task().id().item().length();
    }
    this.results = new ByteWriter(outputs + inputs + TaskBytes.RESULT_BYTES * ends.size());
    this.values = new ByteWriter(outputs + 5 * ends.size());
  }

  private int pointerBytes() {
    return 3 + name.length;
  }

  void add(Completion end, int node) {
    NodeResult result = end.results().getFirst();
    byte[] item = end.lease().task().id().item().getBytes(StandardCharsets.UTF_8);
    TaskBytes.writeResult(results, node, end.lease().task(), item, result);
    byte[] output = result.output().bytes();
    values.u32(1 + output.length).u8(result.attempts()).put(output);
    places.u16(end.lease().token().index());
    pointers.put(result.key().bytes()).u8(0).u16(count).put(name);
    count++;
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
    ByteWriter columns = new ByteWriter(8 + places.size() + pointers.size());
    columns.u16(count).u32(resultBytes.length).u16(pointerBytes()).put(places).put(pointers);
    arguments.add(lease);
    arguments.add(columns.toBytes());
    arguments.add(bytes(Long.toString(run.number())));
    arguments.add(name);
    arguments.add(PLAIN);
  }
}
