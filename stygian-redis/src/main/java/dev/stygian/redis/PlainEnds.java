package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.NodeResult;
import java.util.List;

/**
 * Those ends under one lease that are a single stored result each, of a run whose items have one
 * task: column by column, as {@code complete.lua} takes them fastest.
 */
final class PlainEnds {
  private static final byte[] PLAIN = bytes("plain");
  private static final byte[] NOTHING = new byte[0];

  private final ByteWriter places;
  private final ByteWriter lengths;
  private final ByteWriter keys;
  private final ByteWriter results;
  private int count;

  PlainEnds(int expected, int inputBytes) {
    places = new ByteWriter(2 * expected);
    lengths = new ByteWriter(8 * expected);
    keys = new ByteWriter(24 * expected);
    results = new ByteWriter(2 * expected * (64 + inputBytes));
  }

  boolean isEmpty() {
    return count == 0;
  }

  void add(Lease lease, int node, NodeResult result, byte[] item) {
    int before = results.size();
    TaskBytes.writeResult(results, node, lease.task(), item, result);
    places.u16(lease.token().index());
    lengths.u32(results.size() - before).u32(1 + result.output().size());
    keys.put(result.key().bytes());
    count++;
  }

  void addTo(byte[] lease, List<byte[]> arguments) {
    ByteWriter heads = new ByteWriter(2 + places.size() + lengths.size() + keys.size());
    heads.u16(count).put(places).put(lengths).put(keys);
    arguments.add(lease);
    arguments.add(heads.toBytes());
    arguments.add(results.toBytes());
    arguments.add(NOTHING);
    arguments.add(PLAIN);
  }
}
