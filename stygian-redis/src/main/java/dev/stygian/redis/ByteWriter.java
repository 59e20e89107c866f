package dev.stygian.redis;

import dev.stygian.graph.item.Payload;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Little-endian bytes that grow as they are written. For one thread. */
final class ByteWriter {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes;
  private int size;

  ByteWriter(int expected) {
    bytes = new byte[expected];
  }

  int size() {
    return size;
  }

  ByteWriter u8(int value) {
    room(1);
    bytes[size++] = (byte) value;
    return this;
  }

  ByteWriter u16(int value) {
    room(2);
    bytes[size++] = (byte) value;
    bytes[size++] = (byte) (value >> 8);
    return this;
  }

  ByteWriter u32(int value) {
    room(4);
    INTS.set(bytes, size, value);
    size += 4;
    return this;
  }

  ByteWriter put(byte[] more) {
    room(more.length);
    System.arraycopy(more, 0, bytes, size, more.length);
    size += more.length;
    return this;
  }

  ByteWriter put(ByteWriter more) {
    room(more.size);
    System.arraycopy(more.bytes, 0, bytes, size, more.size);
    size += more.size;
    return this;
  }

  ByteWriter put(Payload payload) {
    room(payload.size());
    payload.copyTo(bytes, size);
    size += payload.size();
    return this;
  }

  /** Says that so many bytes come, so that they are not moved often on the way. */
  void makeRoomFor(int more) {
    room(more);
  }

  byte[] toBytes() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  private void room(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
  }
}
