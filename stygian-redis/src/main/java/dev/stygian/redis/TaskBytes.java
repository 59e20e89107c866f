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
  static final int CHUNK_HEAD_BYTES = 8;

  /** Columns of a chunk, for each of its tasks: lengths, then keys, then last keys. */
  static final int KEYS_BEHIND = 4;

  static final int COLUMNS_BYTES = KEYS_BEHIND + 2 * IdempotencyKey.BYTES;
  private static final int BODY_HEAD_BYTES = 3;
  private static final int MOST_ITEM_BYTES = 0xffff;

  /** A result with its length, but for item, input and output. */
  static final int RESULT_BYTES = 4 + 2 + IdempotencyKey.BYTES + 2 + 4 + 1;

  private TaskBytes() {}

  /** A task as it lies in the queue; read from there, or about to go there. */
  record Entry(IdempotencyKey key, int attempts, String item, Payload input) {}

  /** A task on its way into the queue. */
  static final class New {
    private final byte[] key;
    private final byte[] lastKey;
    private final byte[] item;
    private final Payload input;

    /** A task whose item's last key is {@code lastKey}. */
    New(Task task, byte[] lastKey) {
      this.key = task.key().bytes();
      this.lastKey = lastKey;
      this.item = task.id().item().getBytes(UTF_8);
      this.input = task.input();
      if (item.length > MOST_ITEM_BYTES) {
        throw new PayloadException("an item's id of " + item.length + " bytes is too long");
      }
    }

    int bodyBytes() {
      return BODY_HEAD_BYTES + item.length + input.size();
    }

    private void writeBody(ByteWriter to) {
      to.u8(0).u16(item.length).put(item).put(input);
    }
  }

  /** A task alone, without attempts. */
  static byte[] record(Task task) {
    New alone = new New(task, NO_KEY);
    ByteWriter to = new ByteWriter(2 * IdempotencyKey.BYTES + alone.bodyBytes());
    to.put(alone.key).put(alone.lastKey);
    alone.writeBody(to);
    return to.toBytes();
  }

  static byte[] chunk(long run, int node, List<New> tasks) {
    int bytes = CHUNK_HEAD_BYTES;
    for (New task : tasks) {
      bytes += COLUMNS_BYTES + task.bodyBytes();
    }
    ByteWriter all = new ByteWriter(bytes).u32((int) run).u16(node).u16(tasks.size());
    tasks.forEach(task -> all.u32(task.bodyBytes()));
    tasks.forEach(task -> all.put(task.key));
    tasks.forEach(task -> all.put(task.lastKey));
    tasks.forEach(task -> task.writeBody(all));
    return all.toBytes();
  }

  /** The lengths of so many bodies, which a text begins with. */
  static int[] lengths(byte[] text, int count) {
    int[] lengths = new int[count];
    ByteBuffer.wrap(text).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(lengths);
    return lengths;
  }

  /**
   * Reads a record.
   *
   * @throws PayloadException where the bytes cannot be one
   */
  static Entry read(byte[] record) {
    if (record.length < 2 * IdempotencyKey.BYTES) {
      throw new PayloadException("a task's record of " + record.length + " bytes is too short");
    }
    int body = 2 * IdempotencyKey.BYTES;
    return read(record, 0, record, body, record.length - body);
  }

  /**
   * Reads a task of a chunk; its input stays a stretch of the bodies, which are those of the tasks
   * that were leased with it, some 64 KB at most where it is not larger by itself.
   *
   * @param keyAt where its key begins in {@code keys}
   * @param from where its body begins in {@code bodies}
   * @throws PayloadException where the bytes cannot be one
   */
  static Entry read(byte[] keys, int keyAt, byte[] bodies, int from, int length) {
    if (length < BODY_HEAD_BYTES || from + length > bodies.length) {
      throw new PayloadException("a task's body of " + length + " bytes is too short");
    }
    int itemBytes = (bodies[from + 1] & 0xff) | (bodies[from + 2] & 0xff) << 8;
    int inputAt = from + BODY_HEAD_BYTES + itemBytes;
    if (inputAt > from + length) {
      throw new PayloadException("a task's body is damaged: its item's id is cut off");
    }
    return new Entry(
        IdempotencyKey.ofBytes(Arrays.copyOfRange(keys, keyAt, keyAt + IdempotencyKey.BYTES)),
        bodies[from] & 0xff,
        new String(bodies, from + BODY_HEAD_BYTES, itemBytes, UTF_8),
        Payload.ofBytes(bodies, inputAt, from + length - inputAt));
  }

  /** Writes a result behind its length, as it lies in a run's results. */
  static void writeResult(ByteWriter to, int node, Task task, byte[] item, NodeResult result) {
    Payload input = task.input();
    Payload output = result.output();
    to.u32(RESULT_BYTES - 4 + item.length + input.size() + output.size())
        .u16(node)
        .put(result.key().bytes())
        .u16(item.length)
        .put(item)
        .u32(input.size())
        .put(input)
        .u8(result.attempts())
        .put(output);
  }
}
