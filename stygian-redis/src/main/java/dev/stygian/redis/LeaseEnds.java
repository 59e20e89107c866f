package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.Release;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Task;
import java.util.ArrayList;
import java.util.List;

/** Ends under one lease, in the texts that {@code include/booking.lua} describes. */
final class LeaseEnds {
  /** The largest result that stays under its idempotency key when its item is done. */
  private static final int STORED_BYTES = 16 << 10;

  private static final int LAST = 1;
  private static final int KEEP = 2;
  private static final int STORE = 4;
  private static final int MOST_OF_A_KIND = 0xffff;

  private final byte[] lease;
  private final RunSpec spec;
  private final boolean isFirst;
  private final boolean isSingle;
  private final PlainEnds plain;
  private final ByteWriter heads = new ByteWriter(0);
  private final ByteWriter entries = new ByteWriter(0);
  private final ByteWriter values = new ByteWriter(0);
  private final ByteWriter releases = new ByteWriter(0);
  private final List<Integer> plainPlaces = new ArrayList<>();
  private final List<Integer> otherPlaces = new ArrayList<>();

  /** For ends under the lease that {@code lease} is of; its run is {@code spec}. */
  LeaseEnds(Lease lease, RunSpec spec, int expected) {
    this.lease = bytes(Long.toString(lease.token().lease()));
    this.spec = spec;
    this.isFirst = spec.lanes().get(spec.laneOf(lease.task().id().node())).isFirst();
    this.isSingle = isFirst && !spec.wide() && spec.endsPerItem() == 1;
    this.plain = new PlainEnds(isSingle ? expected : 0, lease.task().input().size());
  }

  /**
   * Adds one end, which its caller knows by {@code place}; keys that must be looked up go to {@code
   * lookedUp}.
   */
  void add(
      int place, Lease of, List<NodeResult> results, List<Release> released, ByteWriter lookedUp) {
    if (results.size() > MOST_OF_A_KIND || released.size() > MOST_OF_A_KIND) {
      throw new PayloadException("one lease books at most " + MOST_OF_A_KIND + " nodes");
    }
    byte[] item = of.task().id().item().getBytes(UTF_8);
    if (isPlain(of, results, released)) {
      NodeResult result = results.getFirst();
      plain.add(of, spec.laneOf(result.node()), result, item);
      plainPlaces.add(place);
      return;
    }
    otherPlaces.add(place);
    if (heads.size() == 0) {
      heads.u16(spec.lanes().size());
    }
    heads
        .u16(of.token().index())
        .u16(results.size())
        .u16(released.size())
        .u8(isSingle && results.stream().noneMatch(NodeResult::keep) ? 0 : 1)
        .u16(item.length);
    if (results.isEmpty()) {
      heads.u16(0).u8(0).u32(0).u32(0).put(of.task().key().bytes());
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

  private boolean isPlain(Lease of, List<NodeResult> results, List<Release> released) {
    if (!isSingle || results.size() != 1 || !released.isEmpty() || of.stored().isPresent()) {
      return false;
    }
    NodeResult result = results.getFirst();
    return result.last() && !result.keep() && result.output().size() <= STORED_BYTES;
  }

  private void add(Lease of, NodeResult result, byte[] item) {
    Task task = of.task();
    int outputBytes = result.output().size();
    int node = spec.laneOf(result.node());
    boolean stored = of.stored().isPresent() && result.node().equals(task.id().node());
    boolean storing = !stored && outputBytes <= STORED_BYTES;
    boolean isRead = storing || result.keep() || result.last();
    int before = entries.size();
    if (result.last()) {
      TaskBytes.writeResult(entries, node, task, item, result);
    } else if (isRead) {
      values.u8(result.attempts()).put(result.output().bytes());
    }
    heads
        .u16(node)
        .u8((result.last() ? LAST : 0) | (result.keep() ? KEEP : 0) | (storing ? STORE : 0))
        .u32(isRead ? 1 + outputBytes : 0)
        .u32(entries.size() - before)
        .put(result.key().bytes());
  }

  /** What the callers know the ends by, in the order in which they are booked. */
  List<Integer> places() {
    List<Integer> all = new ArrayList<>(plainPlaces);
    all.addAll(otherPlaces);
    return all;
  }

  /** As arguments of {@code complete.lua}. */
  void addCompletions(List<byte[]> arguments) {
    if (!plain.isEmpty()) {
      plain.addTo(lease, arguments);
    }
    if (heads.size() > 0) {
      addTexts(arguments);
      arguments.add(releases.toBytes());
    }
  }

  /** As the first arguments of a nack. */
  void addTexts(List<byte[]> arguments) {
    arguments.add(lease);
    arguments.add(heads.toBytes());
    arguments.add(entries.toBytes());
    arguments.add(values.toBytes());
  }
}
