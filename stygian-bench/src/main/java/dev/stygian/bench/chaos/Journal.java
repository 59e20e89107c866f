package dev.stygian.bench.chaos;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Every execution that a process begins, written down before it does anything: what is in here has
 * happened, whatever the process comes to. An entry has {@value #ENTRY_BYTES} bytes: the item, the
 * node, the attempt, the part of the item, and when. Thread-safe.
 */
final class Journal implements AutoCloseable {
  static final int ENTRY_BYTES = 16;

  private final String name;
  private final OutputStream file;
  private long position;

  /** What is noted of one execution; {@link #begin} says what each part of it is. */
  record Entry(int item, int part, int node, int attempt, long nanos) {}

  private Journal(String name, OutputStream file) {
    this.name = name;
    this.file = file;
  }

  /**
   * A new one in this folder, for this process. A channel, or a stream over one, would be closed
   * for all by the first task that is interrupted while it writes.
   */
  static Journal create(Path folder) throws IOException {
    String name = ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
    return new Journal(name, new FileOutputStream(folder.resolve(name).toFile()));
  }

  /** Notes the begin of an execution for an item, now. */
  Stamp begin(int item, int node, int attempt) throws IOException {
    return begin(item, 0, node, attempt, System.nanoTime());
  }

  /**
   * Notes the begin of an execution for a part of an item.
   *
   * @param nanos when it began, or asked whether it may, by the machine's monotonic clock, which
   *     all processes share
   * @return what its output has to carry
   */
  synchronized Stamp begin(int item, int part, int node, int attempt, long nanos)
      throws IOException {
    file.write(
        ByteBuffer.allocate(ENTRY_BYTES)
            .putInt(item)
            .put((byte) node)
            .put((byte) attempt)
            .putShort((short) part)
            .putLong(nanos)
            .array());
    return new Stamp(name, position++, attempt);
  }

  /** What stands at a place of a journal. */
  static Entry entry(ByteBuffer entries, int at) {
    return new Entry(
        entries.getInt(at),
        entries.getShort(at + 6),
        entries.get(at + 4),
        entries.get(at + 5),
        entries.getLong(at + 8));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
