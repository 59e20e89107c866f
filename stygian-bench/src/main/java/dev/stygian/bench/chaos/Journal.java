package dev.stygian.bench.chaos;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Every execution that a process begins, written down before it does anything: what is in here has
 * happened, whatever the process comes to. An entry has eight bytes: the item, the node, the
 * attempt. Thread-safe.
 */
final class Journal implements AutoCloseable {
  static final int ENTRY_BYTES = 8;

  private final String name;
  private final FileChannel file;
  private long position;

  private Journal(String name, FileChannel file) {
    this.name = name;
    this.file = file;
  }

  /** A new one in this folder, for this process. */
  static Journal create(Path folder) throws IOException {
    String name = ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
    return new Journal(
        name,
        FileChannel.open(
            folder.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
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
            .flip());
    return new Stamp(name, position++, attempt);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
