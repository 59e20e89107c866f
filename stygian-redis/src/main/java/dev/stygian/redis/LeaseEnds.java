package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.Release;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Task;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Ends under one lease, in the three texts that {@code include/booking.lua} describes. */
final class LeaseEnds {
  /** The largest result that stays under its idempotency key when its item is done. */
  private static final int STORED_BYTES = 16 << 10;

  private static final int LAST = 1;
  private static final int KEEP = 2;
  private static final int STORE = 4;
  private static final int MOST_OF_A_KIND = 0xffff;
  private static final int ROW_BYTES = 80;
  private static final byte[] EMPTY = new byte[0];

  private final byte[] lease;
  private final RunSpec spec;
  private final boolean isFirst;
  private final boolean isPlain;
  private final ByteWriter heads;
  private final ByteWriter entries;
  private final ByteWriter values = new ByteWriter(0);
  private final ByteWriter releases = new ByteWriter(0);

  /** For ends under the lease that {@code lease} is of; its run is {@code spec}. */
  LeaseEnds(Lease lease, RunSpec spec, int expected) {
    this.lease = bytes(Long.toString(lease.token().lease()));
    this.spec = spec;
    this.isFirst = spec.lanes().get(spec.laneOf(lease.task().id().node())).isFirst();
    this.isPlain = isFirst && !spec.wide() && spec.endsPerItem() == 1;
    this.heads = new ByteWriter(expected * ROW_BYTES).u16(spec.lanes().size());
    this.entries = new ByteWriter(expected * 2 * (ROW_BYTES + lease.task().input().size()));
  }

  /** Adds one end; keys that must be looked up go to {@code lookedUp}. */
  void add(Lease of, List<NodeResult> results, List<Release> released, ByteWriter lookedUp) {
    if (results.size() > MOST_OF_A_KIND || released.size() > MOST_OF_A_KIND) {
      throw new PayloadException("one lease books at most " + MOST_OF_A_KIND + " nodes");
    }
    Task task = of.task();
    byte[] item = task.id().item().getBytes(StandardCharsets.UTF_8);
    heads
        .u16(of.token().index())
        .u16(results.size())
        .u16(released.size())
        .u8(isPlain && results.stream().noneMatch(NodeResult::keep) ? 0 : 1)
        .u16(item.length);
    if (results.isEmpty()) {
      heads.u16(0).u8(0).u32(0).u32(0).put(task.key().bytes());
    }
    for (int i = 0; i < results.size(); i++) {
      NodeResult result = results.get(i);
      add(of, result, item);
      if (i > 0 || !isFirst) {
        lookedUp.put(result.key().bytes());
      }
    }
    heads.put(item);
    for (Release release : released) {
      byte[] record = TaskBytes.record(release.task(), TaskBytes.NO_KEY, 0);
      releases
          .u16(spec.laneOf(release.task().id().node()))
          .u16(release.predecessors())
          .u32(record.length)
          .put(record);
    }
  }

  private void add(Lease of, NodeResult result, byte[] item) {
    Task task = of.task();
    byte[] output = result.output().bytes();
    int node = spec.laneOf(result.node());
    boolean stored = of.stored().isPresent() && result.node().equals(task.id().node());
    boolean storing = !stored && output.length <= STORED_BYTES;
    boolean isRead = storing || result.keep() || result.last();
    int before = entries.size();
    if (result.last()) {
      byte[] input = task.input().bytes();
      entries
          .u32(2 + 24 + 2 + item.length + 4 + input.length + 1 + output.length)
          .u16(node)
          .put(result.key().bytes())
          .u16(item.length)
          .put(item)
          .u32(input.length)
          .put(input)
          .u8(result.attempts())
          .put(output);
    } else if (isRead) {
      values.u8(result.attempts()).put(output);
    }
    heads
        .u16(node)
        .u8((result.last() ? LAST : 0) | (result.keep() ? KEEP : 0) | (storing ? STORE : 0))
        .u32(isRead ? 1 + output.length : 0)
        .u32(entries.size() - before)
        .put(result.key().bytes());
  }

  int size() {
    return heads.size() + entries.size() + values.size() + releases.size();
  }

  /** As one group of the arguments of {@code complete.lua}. */
  void addCompletions(List<byte[]> arguments) {
    addTexts(arguments);
    arguments.add(releases.size() == 0 ? EMPTY : releases.toBytes());
  }

  /** As the first arguments of a nack. */
  void addTexts(List<byte[]> arguments) {
    arguments.add(lease);
    arguments.add(heads.toBytes());
    arguments.add(entries.toBytes());
    arguments.add(values.toBytes());
  }
}
