package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.error.OutputException;
import dev.stygian.graph.queue.Result;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.settings.Durability;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads the results of runs: entries of a stream, and the blobs that they name. One connection
 * waits for entries; who finds it in use waits for it. Thread-safe.
 */
final class ResultReader {
  private static final int ENTRIES_PER_CALL = 8;
  private static final long BATCH_BYTES = 8 << 20;
  private static final Duration POLL = Duration.ofMillis(50);

  private final RedisLink link;
  private final Keys keys;
  private final OpenRuns runs;
  private final ReentrantLock reading = new ReentrantLock();
  private Optional<BlockingConnection> reader = Optional.empty();
  private boolean readerAsked;

  ResultReader(RedisLink link, Keys keys, OpenRuns runs) {
    this.link = link;
    this.keys = keys;
    this.runs = runs;
  }

  /** Reads on from a position, as {@link dev.stygian.graph.queue.RunLedger#results} says. */
  ResultBatch read(RunId id, String position, int max, Duration patience)
      throws InterruptedException {
    OpenRuns.Known run = runs.known(id);
    byte[] key = keys.run(run.number(), "results");
    ResultPosition from = ResultPosition.parse(position);
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      ResultBatch batch = readOn(run, key, from, max);
      if (!batch.results().isEmpty() || batch.ended()) {
        if (survives(run, key, batch)) {
          return batch;
        }
        continue;
      }
      if (link.ask("exists", s -> s.exists(keys.run(run.number()))) == 0) {
        runs.forget(id);
        throw OpenRuns.unknown(id);
      }
      Duration left = Duration.ofNanos(end - System.nanoTime());
      if (left.isNegative() || left.isZero()) {
        return batch;
      }
      from = ResultPosition.parse(batch.position());
      awaitEntry(key, from.entry(), left);
    }
  }

  /**
   * Whether what was read may be handed out: of a run that waits for replicas only what one of them
   * has, since what a failover forgets comes again. Another server may have taken over meanwhile,
   * which is asked for what was read.
   */
  private boolean survives(OpenRuns.Known run, byte[] key, ResultBatch batch)
      throws InterruptedException {
    if (run.spec().limits().durability() != Durability.REPLICATED) {
      return true;
    }
    link.replicate();
    ResultPosition last = ResultPosition.parse(batch.position());
    Range<String> there = Range.create(last.entry(), last.entry());
    return !link.ask("xrange", s -> s.xrange(key, there, Limit.from(1))).isEmpty()
        || trimmed(run).filter(position -> !position.isBefore(last)).isPresent();
  }

  /** Reads at most {@code max} results, and not much more than a bound of bytes. */
  private ResultBatch readOn(OpenRuns.Known run, byte[] key, ResultPosition from, int max)
      throws InterruptedException {
    List<Result> results = new ArrayList<>();
    ResultPosition at = from;
    long bytes = 0;
    boolean ended = false;
    List<StreamMessage<byte[], byte[]>> page;
    do {
      Range.Boundary<String> start =
          at.taken() == 0
              ? Range.Boundary.excluding(at.entry())
              : Range.Boundary.including(at.entry());
      page =
          link.ask(
              "xrange",
              s ->
                  s.xrange(
                      key,
                      Range.from(start, Range.Boundary.unbounded()),
                      Limit.from(ENTRIES_PER_CALL)));
      Map<ByteBuffer, byte[]> blobs = blobs(run.number(), page);
      for (StreamMessage<byte[], byte[]> entry : page) {
        List<Result> read = ResultEntries.read(run.spec(), entry.getBody(), blobs);
        int skip = entry.getId().equals(at.entry()) ? at.taken() : 0;
        int take = Math.min(read.size() - skip, max - results.size());
        if (take <= 0 && !read.isEmpty()) {
          return new ResultBatch(results, at.toString(), false);
        }
        for (Result result : read.subList(skip, skip + take)) {
          results.add(result);
          bytes += result.output().size() + result.input().size();
        }
        at = new ResultPosition(entry.getId(), skip + take < read.size() ? skip + take : 0);
        if (at.taken() != 0) {
          break; // before the rest of this entry nothing behind it may be passed, not even the end
        }
        ended = ResultEntries.isEnd(entry.getBody());
      }
    } while (page.size() == ENTRIES_PER_CALL && results.size() < max && bytes < BATCH_BYTES);
    checkNotTrimmed(run, from); // what was trimmed while it was read was skipped
    boolean all = at.taken() == 0 && page.size() < ENTRIES_PER_CALL;
    return new ResultBatch(
        results,
        at.toString(),
        all && (ended || results.isEmpty()) && isOver(run.number(), key, at.entry()));
  }

  private Map<ByteBuffer, byte[]> blobs(long run, List<StreamMessage<byte[], byte[]>> page)
      throws InterruptedException {
    byte[][] names =
        page.stream()
            .flatMap(entry -> ResultEntries.blobs(entry.getBody()).stream())
            .toArray(byte[][]::new);
    Map<ByteBuffer, byte[]> found = new HashMap<>();
    if (names.length > 0) {
      for (var blob : link.ask("hmget", s -> s.hmget(keys.run(run, "blobs"), names))) {
        blob.ifHasValue(value -> found.put(ByteBuffer.wrap(blob.getKey()), value));
      }
    }
    return found;
  }

  /**
   * Whether the run is over and nothing stands behind {@code last}: a run that ended after the
   * entries were read has put more there first.
   */
  private boolean isOver(long run, byte[] key, String last) throws InterruptedException {
    if (!link.ask("hexists", s -> s.hexists(keys.run(run), bytes("finished")))) {
      return false;
    }
    Range<String> behind = Range.from(Range.Boundary.excluding(last), Range.Boundary.unbounded());
    return link.ask("xrange", s -> s.xrange(key, behind, Limit.from(1))).isEmpty();
  }

  /** Up to where results are no longer held; empty where all are. */
  private Optional<ResultPosition> trimmed(OpenRuns.Known run) throws InterruptedException {
    byte[] position = link.ask("hget", s -> s.hget(keys.run(run.number()), bytes("trimmed")));
    return Optional.ofNullable(position).map(p -> ResultPosition.parse(new String(p, UTF_8)));
  }

  /**
   * Whether nobody can read any more what lies before a position. The entry itself up to which
   * results were dropped may still be there, for who is in the middle of it.
   */
  boolean isTrimmed(RunId id, String position) throws InterruptedException {
    ResultPosition end = ResultPosition.parse(position);
    return trimmed(runs.known(id)).filter(end::isBefore).isPresent();
  }

  private void checkNotTrimmed(OpenRuns.Known run, ResultPosition from)
      throws InterruptedException {
    if (trimmed(run).filter(from::isBefore).isPresent()) {
      throw new OutputException(
          "the results of run \""
              + run.spec().id()
              + "\" after position "
              + from
              + " were delivered to another reader and are no longer all held; read them where"
              + " that reader wrote them");
    }
  }

  @SuppressWarnings("unchecked") // a varargs array of one generic type, made and read by the client
  private void awaitEntry(byte[] key, String entry, Duration left) throws InterruptedException {
    Duration wait = left.compareTo(Duration.ofSeconds(1)) < 0 ? left : Duration.ofSeconds(1);
    reading.lockInterruptibly();
    try {
      if (!readerAsked) {
        readerAsked = true;
        reader = link.blocking();
      }
      if (reader.isEmpty()) {
        TimeUnit.NANOSECONDS.sleep(Math.min(wait.toNanos(), POLL.toNanos()));
      } else {
        reader
            .get()
            .await(
                s ->
                    s.xread(
                        XReadArgs.Builder.block(Math.max(1, wait.toMillis())).count(1),
                        XReadArgs.StreamOffset.from(key, entry)),
                wait);
      }
    } finally {
      reading.unlock();
    }
  }
}
