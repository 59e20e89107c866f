package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.queue.NodeResult;
import java.util.List;

/**
 * The values of all that is booked in one call, as one batch of the result store; pointers name it
 * and places in it. One try's: another has another name, since those of a try whose reply was lost
 * may be booked already. For one thread.
 */
final class StagedValues {
  private static final int POINTER_HEAD_BYTES = 3;
  private static final int EACH_BYTES = 5;

  private final byte[] name;
  private final ByteWriter values = new ByteWriter(0);
  private int count;

  StagedValues(String name) {
    this.name = bytes(name);
  }

  byte[] name() {
    return name;
  }

  int pointerBytes() {
    return POINTER_HEAD_BYTES + name.length;
  }

  void makeRoomFor(int more, int outputBytes) {
    values.makeRoomFor(more * EACH_BYTES + outputBytes);
  }

  /** Adds a value, and the pointer to it. */
  void add(NodeResult result, ByteWriter pointers) {
    values.u32(1 + result.output().size()).u8(result.attempts()).put(result.output());
    pointers.u8(0).u16(count).put(name);
    count++;
  }

  /** Adds what puts them down, if there are any. */
  void addTo(Keys keys, long generation, List<RedisLink.Preceding> before) {
    if (count > 0) {
      byte[] batches = keys.values(generation);
      byte[] all = values.toBytes();
      before.add(server -> server.hset(batches, name, all));
    }
  }
}
