package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.error.QueueFullException;
import dev.stygian.graph.queue.HostLane;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts items into runs: forms chunks, waits while the queue is full, goes on after lost replies.
 */
final class Enqueuer {
  private static final int MOST_ITEMS = 300;

  /** First tasks and last keys in a call, so that no script takes long. */
  private static final int MOST_STEPS = 600;

  private static final long MOST_BYTES = 8 << 20;
  private static final int CHUNK_TASKS = 200;
  private static final int CHUNK_BYTES = 64 << 10;

  /** How long chunks live that no script has made the queue's. */
  private static final long UNCLAIMED_MILLIS = 60_000;

  private static final long FIRST_PAUSE_MILLIS = 2;
  private static final long LONGEST_PAUSE_MILLIS = 50;

  private final RedisLink link;
  private final Keys keys;
  private final OpenRuns runs;
  private final Names names;
  private final SoleRuns sole;

  Enqueuer(RedisLink link, Keys keys, Names names, OpenRuns runs, SoleRuns sole) {
    this.link = link;
    this.names = names;
    this.keys = keys;
    this.runs = runs;
    this.sole = sole;
  }

  void enqueue(RunId id, String submitter, long position, List<Submission> batch, Duration patience)
      throws InterruptedException {
    OpenRuns.Known run = runs.known(id);
    long giveUp = System.nanoTime() + Math.min(patience.toNanos(), Long.MAX_VALUE / 2);
    long at = position;
    long end = position + batch.size();
    int most = MOST_ITEMS;
    long pause = FIRST_PAUSE_MILLIS;
    String process = sole.claim(run.number(), batch);
    while (at < end) {
      int from = (int) (at - position);
      int size = prefix(batch, from, most);
      List<?> reply = send(run, submitter, at, batch.subList(from, from + size), process);
      switch (Replies.text(reply.get(0))) {
        case "ok" -> {
          at = Replies.number(reply.get(1));
          most = MOST_ITEMS;
          pause = FIRST_PAUSE_MILLIS;
        }
        case "again" -> pause = FIRST_PAUSE_MILLIS;
        case "share" -> {
          sole.share(run.number());
          process = SoleRuns.NOBODY;
        }
        case "at" -> at = accepted(id, submitter, position, Replies.number(reply.get(1)));
        case "full" -> {
          long room = Replies.number(reply.get(1));
          if (room >= batch.get(from).first().size()) {
            most = (int) Math.min(room, size - 1L);
          } else if (System.nanoTime() - giveUp >= 0) {
            throw new QueueFullException(
                "the queue is at its maximum depth of "
                    + run.spec().limits().maxDepth()
                    + " tasks and no room came free for run \""
                    + id
                    + "\" in "
                    + patience.toMillis()
                    + " ms; start more workers or raise max_depth");
          } else {
            Thread.sleep(Math.min(pause, Math.max(1, (giveUp - System.nanoTime()) / 1_000_000)));
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            most = batch.get(from).first().size() > run.spec().limits().maxDepth() ? 1 : MOST_ITEMS;
          }
        }
        case "closed" ->
            throw new IllegalStateException(
                "the input of run \"" + id + "\" is closed; it takes no more items");
        default -> {
          runs.forget(id);
          throw OpenRuns.unknown(id);
        }
      }
    }
  }

  private static long accepted(RunId id, String submitter, long position, long accepted) {
    if (accepted < position) {
      throw new IllegalArgumentException(
          "run \""
              + id
              + "\" has accepted "
              + accepted
              + " items of \""
              + submitter
              + "\", so the next batch starts there, not at "
              + position);
    }
    return accepted;
  }

  /**
   * How many items from {@code from} on have at most {@code most} tasks and a bounded number of
   * last keys and bytes together; at least one.
   */
  private static int prefix(List<Submission> batch, int from, int most) {
    int tasks = 0;
    int steps = 0;
    int size = 0;
    long bytes = 0;
    while (from + size < batch.size() && size < MOST_ITEMS) {
      Submission item = batch.get(from + size);
      tasks += item.first().size();
      steps += item.first().size() + item.lastKeys().size();
      bytes += (long) item.first().size() * item.input().size();
      if (size > 0 && (tasks > most || steps > MOST_STEPS || bytes > MOST_BYTES)) {
        break;
      }
      size++;
    }
    return size;
  }

  private List<?> send(
      OpenRuns.Known run, String submitter, long position, List<Submission> items, String process)
      throws InterruptedException {
    RunSpec spec = run.spec();
    Map<Lane, List<TaskBytes.New>> byLane = new LinkedHashMap<>();
    List<byte[]> described = new ArrayList<>();
    int tasks = 0;
    boolean single = spec.endsPerItem() == 1 && spec.beginsWithOneTask();
    if (!single) {
      described.add(lastLanes(spec));
    }
    for (Submission item : items) {
      byte[] lastKey =
          single && item.lastKeys().size() == 1
              ? item.lastKeys().getFirst().bytes()
              : TaskBytes.NO_KEY;
      for (Task task : item.first()) {
        byLane
            .computeIfAbsent(
                new Lane(spec.laneOf(task.id().node()), task.hostLane()), _ -> new ArrayList<>())
            .add(new TaskBytes.New(task, lastKey));
        tasks++;
      }
      if (!single) {
        describe(item, described);
      }
    }
    List<Chunk> chunked = new ArrayList<>();
    byLane.forEach((lane, records) -> addChunks(lane, records, chunked));
    List<byte[]> leading = new ArrayList<>();
    for (Object field :
        List.of(
            run.number(),
            submitter,
            position,
            items.size(),
            tasks,
            spec.limits().maxDepth(),
            chunked.size(),
            process,
            single ? 0 : items.size())) {
      leading.add(bytes(String.valueOf(field)));
    }
    leading.addAll(described);
    return link.list(
        LuaScript.ENQUEUE,
        spec.limits().durability(),
        () -> prepare(run.number(), leading, chunked));
  }

  /** The lane of a node, or of one of the hosts that its tasks visit. */
  private record Lane(int node, Optional<HostLane> host) {}

  /** Tasks of one lane that lie in one string. */
  private record Chunk(Lane lane, List<TaskBytes.New> tasks) {}

  /**
   * Chunks go to the server by plain commands, since bytes that pass through a script cost more;
   * the script then makes them the queue's. Each try puts down new ones: those of a try whose reply
   * was lost may be the queue's already.
   */
  private RedisLink.Prepared prepare(long run, List<byte[]> leading, List<Chunk> chunked) {
    List<RedisLink.Preceding> before = new ArrayList<>();
    List<byte[]> arguments = new ArrayList<>(leading);
    for (Chunk chunk : chunked) {
      String id = HostLaneNames.chunk(names.next(), chunk.lane.host);
      byte[] key = keys.chunk(id);
      byte[] tasks = TaskBytes.chunk(run, chunk.lane.node, chunk.tasks);
      before.add(server -> server.set(key, tasks, SetArgs.Builder.px(UNCLAIMED_MILLIS)));
      arguments.add(bytes(Integer.toString(chunk.lane.node)));
      arguments.add(bytes(Integer.toString(chunk.tasks.size())));
      arguments.add(bytes(id));
    }
    return new RedisLink.Prepared(before, arguments);
  }

  private static void describe(Submission item, List<byte[]> arguments) {
    arguments.add(bytes(String.valueOf(item.first().size())));
    arguments.add(bytes(item.item()));
    ByteWriter lastKeys = new ByteWriter(IdempotencyKey.BYTES * item.lastKeys().size());
    item.lastKeys().forEach(key -> lastKeys.put(key.bytes()));
    arguments.add(lastKeys.toBytes());
  }

  private static byte[] lastLanes(RunSpec spec) {
    ByteWriter last = new ByteWriter(0);
    for (int i = 0; i < spec.lanes().size(); i++) {
      String node = spec.lanes().get(i).node();
      if (spec.lanes().stream().noneMatch(lane -> lane.inputs().contains(node))) {
        last.u16(i);
      }
    }
    return last.toBytes();
  }

  private static void addChunks(Lane lane, List<TaskBytes.New> tasks, List<Chunk> chunked) {
    int from = 0;
    while (from < tasks.size()) {
      int to = from;
      int size = 0;
      while (to < tasks.size()
          && to - from < CHUNK_TASKS
          && (to == from || size + tasks.get(to).bodyBytes() <= CHUNK_BYTES)) {
        size += tasks.get(to).bodyBytes();
        to++;
      }
      chunked.add(new Chunk(lane, tasks.subList(from, to)));
      from = to;
    }
  }
}
