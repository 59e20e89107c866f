package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.error.QueueFullException;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts items into runs: forms chunks, waits while the queue is full, goes on after lost replies.
 */
final class Enqueuer {
  private static final int MOST_ITEMS = 500;
  private static final long MOST_BYTES = 8 << 20;
  private static final int CHUNK_TASKS = 100;
  private static final int CHUNK_BYTES = 32 << 10;
  private static final long FIRST_PAUSE_MILLIS = 2;
  private static final long LONGEST_PAUSE_MILLIS = 50;

  private final RedisLink link;
  private final OpenRuns runs;

  Enqueuer(RedisLink link, OpenRuns runs) {
    this.link = link;
    this.runs = runs;
  }

  void enqueue(RunId id, String submitter, long position, List<Submission> batch, Duration patience)
      throws InterruptedException {
    OpenRuns.Known run = runs.known(id);
    long giveUp = System.nanoTime() + Math.min(patience.toNanos(), Long.MAX_VALUE / 2);
    long at = position;
    long end = position + batch.size();
    int most = MOST_ITEMS;
    long pause = FIRST_PAUSE_MILLIS;
    while (at < end) {
      int from = (int) (at - position);
      int size = prefix(batch, from, most);
      List<?> reply = send(run, submitter, at, batch.subList(from, from + size));
      switch (Replies.text(reply.get(0))) {
        case "ok" -> {
          at = Replies.number(reply.get(1));
          most = MOST_ITEMS;
          pause = FIRST_PAUSE_MILLIS;
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
   * bytes together; at least one.
   */
  private static int prefix(List<Submission> batch, int from, int most) {
    int tasks = 0;
    int size = 0;
    long bytes = 0;
    while (from + size < batch.size() && size < MOST_ITEMS) {
      Submission item = batch.get(from + size);
      tasks += item.first().size();
      bytes += (long) item.first().size() * item.input().size();
      if (size > 0 && (tasks > most || bytes > MOST_BYTES)) {
        break;
      }
      size++;
    }
    return size;
  }

  private List<?> send(OpenRuns.Known run, String submitter, long position, List<Submission> items)
      throws InterruptedException {
    RunSpec spec = run.spec();
    List<byte[]> arguments = new ArrayList<>();
    Map<Integer, List<byte[]>> byLane = new TreeMap<>();
    List<byte[]> wide = new ArrayList<>();
    int tasks = 0;
    boolean single = !spec.wide() && spec.endsPerItem() == 1;
    for (Submission item : items) {
      byte[] lastKey =
          single && item.lastKeys().size() == 1
              ? item.lastKeys().getFirst().bytes()
              : TaskBytes.NO_KEY;
      for (Task task : item.first()) {
        byLane
            .computeIfAbsent(spec.laneOf(task.id().node()), lane -> new ArrayList<>())
            .add(TaskBytes.record(task, lastKey, 0));
        tasks++;
      }
      if (!single) {
        describe(spec, item, wide);
      }
    }
    for (Object field :
        List.of(
            run.number(),
            submitter,
            position,
            items.size(),
            tasks,
            spec.limits().maxDepth(),
            single ? 0 : items.size())) {
      arguments.add(bytes(String.valueOf(field)));
    }
    arguments.addAll(wide);
    byLane.forEach((lane, records) -> addChunks(run.number(), lane, records, arguments));
    return link.list(LuaScript.ENQUEUE, arguments);
  }

  private static void describe(RunSpec spec, Submission item, List<byte[]> arguments) {
    arguments.add(bytes(String.valueOf(item.first().size())));
    arguments.add(bytes(item.item()));
    arguments.add(item.input().bytes());
    arguments.add(bytes(String.valueOf(item.lastKeys().size())));
    List<Integer> last = lastLanes(spec);
    for (int i = 0; i < item.lastKeys().size(); i++) {
      arguments.add(bytes(String.valueOf(last.get(Math.min(i, last.size() - 1)))));
      arguments.add(item.lastKeys().get(i).bytes());
    }
  }

  private static List<Integer> lastLanes(RunSpec spec) {
    List<Integer> last = new ArrayList<>();
    for (int i = 0; i < spec.lanes().size(); i++) {
      String node = spec.lanes().get(i).node();
      if (spec.lanes().stream().noneMatch(lane -> lane.inputs().contains(node))) {
        last.add(i);
      }
    }
    return last;
  }

  private static void addChunks(long run, int lane, List<byte[]> records, List<byte[]> arguments) {
    int from = 0;
    while (from < records.size()) {
      int to = from;
      int size = 0;
      while (to < records.size()
          && to - from < CHUNK_TASKS
          && (to == from || size + records.get(to).length <= CHUNK_BYTES)) {
        size += records.get(to).length;
        to++;
      }
      arguments.add(bytes(String.valueOf(lane)));
      arguments.add(bytes(String.valueOf(to - from)));
      arguments.add(TaskBytes.chunk(run, lane, records.subList(from, to)));
      from = to;
    }
  }
}
