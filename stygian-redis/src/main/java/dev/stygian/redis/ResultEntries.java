package dev.stygian.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.Result;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reads entries of a run's result stream, and dead letters. */
final class ResultEntries {
  private static final byte[] NOTHING = new byte[0];

  private ResultEntries() {}

  /** Whether an entry marks the end of the run. */
  static boolean isEnd(Map<byte[], byte[]> entry) {
    return entry.keySet().stream().anyMatch(k -> new String(k, UTF_8).equals("end"));
  }

  /** The names of the blobs that an entry refers to. */
  static List<byte[]> blobs(Map<byte[], byte[]> entry) {
    List<byte[]> names = new ArrayList<>();
    entry.forEach((field, value) -> {
      if (is(field, 'v')) {
        names.add(value);
      }
    });
    return names;
  }

  /**
   * Reads the results of an entry.
   *
   * @param blobs those that it refers to, by name
   */
  static List<Result> read(RunSpec spec, Map<byte[], byte[]> entry, Map<ByteBuffer, byte[]> blobs) {
    List<Result> results = new ArrayList<>();
    entry.forEach((field, value) -> {
      if (is(field, 'r')) {
        addAll(spec, value, results);
      } else if (is(field, 'v')) {
        addAll(spec, blobs.getOrDefault(ByteBuffer.wrap(value), NOTHING), results);
      }
    });
    return results;
  }

  private static boolean is(byte[] field, char name) {
    return field.length == 1 && field[0] == name;
  }

  private static void addAll(RunSpec spec, byte[] pack, List<Result> results) {
    ByteBuffer in = ByteBuffer.wrap(pack).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      int end = in.getInt() + in.position();
      results.add(result(spec, in, end));
    }
  }

  private static Result result(RunSpec spec, ByteBuffer in, int end) {
    LaneSpec lane = spec.lanes().get(in.getShort() & 0xffff);
    IdempotencyKey key = IdempotencyKey.ofBytes(take(in, IdempotencyKey.BYTES));
    String item = new String(take(in, in.getShort() & 0xffff), UTF_8);
    Payload input = Payload.ofBytes(take(in, in.getInt()));
    int attempts = in.get() & 0xff;
    Payload output = Payload.ofBytes(take(in, end - in.position()));
    return new Result(spec.id(), item, input, lane.node(), output, attempts, key);
  }

  /** Reads a letter in the form of {@code include/letters.lua}. */
  static DeadLetter letter(RunSpec spec, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    in.get(); // dead or excluded, as the index says that it was found in
    LaneSpec lane = spec.lanes().get(in.getShort() & 0xffff);
    int attempts = in.get() & 0xff;
    Instant died = Instant.ofEpochMilli(in.getLong());
    int laneBytes = in.getShort() & 0xffff;
    int recordBytes = in.getInt();
    String hostLane = new String(take(in, laneBytes), UTF_8);
    byte[] record = take(in, recordBytes);
    TaskBytes.Entry entry = TaskBytes.read(record);
    JsonNode errors = Json.parse("[" + new String(take(in, in.remaining()), UTF_8) + "]");
    List<DeadLetter.AttemptError> all = new ArrayList<>();
    errors.forEach(e ->
        all.add(
            new DeadLetter.AttemptError(
                e.path("attempt").asInt(),
                Instant.ofEpochMilli(e.path("at").asLong()),
                e.path("message").asString())));
    return new DeadLetter(
        new Task(
            new TaskId(spec.id(), entry.item(), lane.node()),
            lane.service(),
            entry.key(),
            entry.input(),
            hostLane.isEmpty() ? Optional.empty() : Optional.of(HostLaneNames.parse(hostLane))),
        attempts,
        all,
        died);
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] taken = new byte[length];
    in.get(taken);
    return taken;
  }
}
