package dev.stygian.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** The binary form of tasks, as {@code include/records.lua} describes it. Little-endian. */
final class TaskBytes {
  static final byte[] NO_KEY = new byte[IdempotencyKey.BYTES];
  private static final int ATTEMPTS_AT = 2 * IdempotencyKey.BYTES;
  private static final int ITEM_AT = ATTEMPTS_AT + 3;
  private static final int MOST_ITEM_BYTES = 0xffff;
  private static final int RESULT_BYTES = 2 + IdempotencyKey.BYTES + 2 + 4 + 1;

  private TaskBytes() {}

  /** A task as it lies in the queue; read from there, or about to go there. */
  record Entry(IdempotencyKey key, int attempts, String item, Payload input) {}

  static byte[] record(Task task, byte[] lastKey, int attempts) {
    byte[] item = task.id().item().getBytes(UTF_8);
    if (item.length > MOST_ITEM_BYTES) {
      throw new PayloadException("an item's id of " + item.length + " bytes is too long");
    }
    byte[] input = task.input().bytes();
    return ByteBuffer.allocate(ITEM_AT + item.length + input.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(task.key().bytes())
        .put(lastKey)
        .put((byte) attempts)
        .putShort((short) item.length)
        .put(item)
        .put(input)
        .array();
  }

  static byte[] chunk(long run, int node, List<byte[]> records) {
    int bytes = 8 + 4 * records.size();
    for (byte[] record : records) {
      bytes += record.length;
    }
    ByteBuffer all =
        ByteBuffer.allocate(bytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt((int) run)
            .putShort((short) node)
            .putShort((short) records.size());
    records.forEach(r -> all.putInt(r.length));
    records.forEach(all::put);
    return all.array();
  }

  /**
   * Reads a record.
   *
   * @throws PayloadException where the bytes cannot be one
   */
  static Entry read(byte[] all, int from, int length) {
    if (length < ITEM_AT || from + length > all.length) {
      throw new PayloadException("a task's record of " + length + " bytes is too short");
    }
    int itemBytes =
        (all[from + ATTEMPTS_AT + 1] & 0xff) | (all[from + ATTEMPTS_AT + 2] & 0xff) << 8;
    int inputAt = from + ITEM_AT + itemBytes;
    if (inputAt > from + length) {
      throw new PayloadException("a task's record is damaged: its item's id is cut off");
    }
    return new Entry(
        IdempotencyKey.ofBytes(Arrays.copyOfRange(all, from, from + IdempotencyKey.BYTES)),
        all[from + ATTEMPTS_AT] & 0xff,
        new String(all, from + ITEM_AT, itemBytes, UTF_8),
        Payload.ofBytes(Arrays.copyOfRange(all, inputAt, from + length)));
  }

  /** Writes a result behind its length, as it lies in a run's results. */
  static void writeResult(ByteWriter to, int node, Task task, byte[] item, NodeResult result) {
    byte[] input = task.input().bytes();
    byte[] output = result.output().bytes();
    to.u32(RESULT_BYTES + item.length + input.length + output.length)
        .u16(node)
        .put(result.key().bytes())
        .u16(item.length)
        .put(item)
        .u32(input.length)
        .put(input)
        .u8(result.attempts())
        .put(output);
  }
}
