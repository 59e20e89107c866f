package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.Progress;
import dev.stygian.graph.queue.Release;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Task;
import java.util.ArrayList;
import java.util.List;

/** Ends under one lease, in the texts that {@code include/booking.lua} describes. */
final class LeaseEnds {
  /** The largest result that stays under its idempotency key when its item is done. */
  private static final int STORED_BYTES = 16 << 10;

  private static final int STAGED_FROM = 8;
  private static final int LAST = 1;
  private static final int KEEP = 2;
  private static final int STORE = 4;
  private static final int KEEPS = 1;
  private static final int WHOLE = 2;
  private static final int MOST_OF_A_KIND = 0xffff;

  private final byte[] lease;
  private final OpenRuns.Known run;
  private final RunSpec spec;
  private final LaneSpec lane;
  private final boolean isFirst;
  private final boolean isAlone;
  private final List<Completion> plain = new ArrayList<>();
  private final ByteWriter heads = new ByteWriter(0);
  private final ByteWriter entries = new ByteWriter(0);
  private final ByteWriter values = new ByteWriter(0);
  private final ByteWriter releases = new ByteWriter(0);
  private final ByteWriter lookedUp = new ByteWriter(0);
  private final List<Integer> plainPlaces = new ArrayList<>();
  private final List<Integer> otherPlaces = new ArrayList<>();

  /** For ends under the lease that {@code lease} is of; its run is {@code run}. */
  LeaseEnds(Lease lease, OpenRuns.Known run) {
    this(
        bytes(Long.toString(lease.token().lease())),
        run,
        run.spec().lanes().get(run.spec().laneOf(lease.task().id().node())));
  }

  private LeaseEnds(byte[] lease, OpenRuns.Known run, LaneSpec lane) {
    this.lease = lease;
    this.run = run;
    this.spec = run.spec();
    this.lane = lane;
    this.isFirst = lane.isFirst();
    this.isAlone = isFirst && spec.beginsWithOneTask();
  }

  /** Adds an end that worked, which its caller knows by {@code place}. */
  void add(int place, Completion end) {
    if (isPlain(end)) {
      plain.add(end);
      plainPlaces.add(place);
    } else {
      addRow(end.lease(), end.progress());
      otherPlaces.add(place);
    }
  }

  /** Adds one end of any form. */
  void addRow(Lease of, Progress progress) {
    int nodes = progress.passed().size() + progress.results().size();
    if (nodes > MOST_OF_A_KIND || progress.releases().size() > MOST_OF_A_KIND) {
      throw new PayloadException("one lease books at most " + MOST_OF_A_KIND + " nodes");
    }
    byte[] item = of.task().id().item().getBytes(UTF_8);
    if (heads.size() == 0) {
      heads.u16(spec.lanes().size());
    }
    heads
        .u16(of.token().index())
        .u16(nodes)
        .u16(progress.releases().size())
        .u8((usesKeptOutputs(progress) ? KEEPS : 0) | (isWhole(progress) ? WHOLE : 0))
        .u16(item.length);
    if (nodes == 0) {
      heads.u16(0).u8(0).u32(0).u32(0).put(of.task().key().bytes());
    }
    for (int i = 0; i < progress.passed().size(); i++) {
      byte[] key = i == 0 ? of.task().key().bytes() : TaskBytes.NO_KEY;
      heads.u16(spec.laneOf(progress.passed().get(i))).u8(0).u32(0).u32(0).put(key);
    }
    progress.results().forEach(result -> add(of, result, item));
    addLookedUp(progress, lookedUp);
    heads.put(item);
    for (Release release : progress.releases()) {
      byte[] lane = HostLaneNames.name(release.task());
      byte[] record = TaskBytes.record(release.task());
      releases
          .u16(spec.laneOf(release.task().id().node()))
          .u16(release.predecessors())
          .u16(lane.length)
          .u32(record.length)
          .put(lane)
          .put(record);
    }
  }

  /** Whether an output was kept for this end, or is kept by it. */
  private boolean usesKeptOutputs(Progress progress) {
    return !isAlone || progress.results().stream().anyMatch(NodeResult::keep);
  }

  /** Whether the item went through the whole graph under this lease, and under no other. */
  private boolean isWhole(Progress progress) {
    return isAlone
        && progress.releases().isEmpty()
        && progress.results().size() == lane.ends()
        && progress.results().stream().allMatch(result -> result.last() && !result.keep());
  }

  /** A task that was attempted before has errors, which go with its end. */
  private boolean isPlain(Completion end) {
    Progress progress = end.progress();
    return isWhole(progress)
        && end.lease().attempt() == 1
        && end.lease().stored().isEmpty()
        && progress.results().stream().allMatch(r -> mayStand(r.output()))
        && (plain.isEmpty() || areOfOneShape(progress, plain.getFirst().progress()));
  }

  /** Whether both executed the same nodes; for each end, so that it makes no list of them. */
  private static boolean areOfOneShape(Progress one, Progress other) {
    List<NodeResult> results = one.results();
    if (!one.passed().equals(other.passed()) || results.size() != other.results().size()) {
      return false;
    }
    for (int i = 0; i < results.size(); i++) {
      if (!results.get(i).node().equals(other.results().get(i).node())) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether an output may stand under its key: a blob goes with its run, which others may outlive.
   */
  private static boolean mayStand(Payload output) {
    return output.size() <= STORED_BYTES && !output.isReference();
  }

  private List<Integer> nodes(Progress progress) {
    List<Integer> all = new ArrayList<>(progress.passed().size() + progress.results().size());
    progress.passed().forEach(node -> all.add(spec.laneOf(node)));
    progress.results().forEach(result -> all.add(spec.laneOf(result.node())));
    return all;
  }

  private void add(Lease of, NodeResult result, byte[] item) {
    Task task = of.task();
    int outputBytes = result.output().size();
    int node = spec.laneOf(result.node());
    boolean stored = of.stored().isPresent() && result.node().equals(task.id().node());
    boolean storing = !stored && mayStand(result.output());
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

  /** What the caller knows the ends by, in the order in which they are booked. */
  List<Integer> places() {
    List<Integer> all = new ArrayList<>(plainPlaces);
    all.addAll(otherPlaces);
    return all;
  }

  /** Keys that must be looked up before these ends are booked, one after another. */
  ByteWriter lookedUp() {
    return lookedUp;
  }

  /**
   * The same with those of plain ends that are not put down beforehand: the script looks up by
   * itself what is.
   */
  ByteWriter lookedUpUnstaged() {
    ByteWriter all = new ByteWriter(lookedUp.size());
    all.put(lookedUp);
    plain.forEach(end -> addLookedUp(end.progress(), all));
    return all;
  }

  /** A first node's key was looked up when its task was leased. */
  private void addLookedUp(Progress progress, ByteWriter keys) {
    boolean isLookedUp = isFirst && progress.passed().isEmpty();
    for (NodeResult result : progress.results()) {
      if (!isLookedUp) {
        keys.put(result.key().bytes());
      }
      isLookedUp = false;
    }
  }

  /** Whether there are so many plain ends that it pays to put their results down beforehand. */
  boolean isWorthStaging() {
    return plain.size() >= STAGED_FROM;
  }

  /** As arguments of {@code complete.lua}, with the plain ends put down under a name. */
  void addStaged(
      String name,
      StagedValues values,
      Keys keys,
      List<RedisLink.Preceding> before,
      List<byte[]> arguments) {
    StagedEnds staged = new StagedEnds(name, values, plain, nodes(plain.getFirst().progress()));
    staged.addTo(run, keys, lease, before, arguments);
    if (heads.size() > 0) {
      addCompletions(arguments);
    }
  }

  /** As arguments of {@code complete.lua} that carry everything themselves. */
  void addWhole(List<byte[]> arguments) {
    LeaseEnds whole = new LeaseEnds(lease, run, lane);
    plain.forEach(end -> whole.addRow(end.lease(), end.progress()));
    if (!plain.isEmpty()) {
      whole.addCompletions(arguments);
    }
    if (heads.size() > 0) {
      addCompletions(arguments);
    }
  }

  private void addCompletions(List<byte[]> arguments) {
    addTexts(arguments);
    addReleases(arguments);
  }

  void addReleases(List<byte[]> arguments) {
    arguments.add(releases.toBytes());
  }

  /** As the first arguments of a nack. */
  void addTexts(List<byte[]> arguments) {
    arguments.add(lease);
    arguments.add(heads.toBytes());
    arguments.add(entries.toBytes());
    arguments.add(values.toBytes());
  }
}
