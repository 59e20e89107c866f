package dev.stygian.bench.chaos;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Every execution that a process begins, written down before it does anything: what is in here has
 * happened, whatever the process comes to. An entry has eight bytes: the item, the node, the
 * attempt. Thread-safe.
 */
final class Journal implements AutoCloseable {
  static final int ENTRY_BYTES = 8;

  private final String name;
  private final OutputStream file;
  private long position;

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

  /**
   * Notes the begin of an execution.
   *
   * @return what its output has to carry
   */
  synchronized Stamp begin(int item, int node, int attempt) throws IOException {
    file.write(
        ByteBuffer.allocate(ENTRY_BYTES)
            .putInt(item)
            .put((byte) node)
            .put((byte) attempt)
            .putShort((short) 0)
            .array());
    return new Stamp(name, position++, attempt);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
