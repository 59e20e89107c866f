package dev.stygian.cli.output;

import dev.stygian.graph.error.OutputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that holds every result once, whatever is killed when. Its length is committed together
 * with the reader's position in the results; what lies beyond the committed length was written by a
 * process that died before it could say so, is cut off at the next opening and written again.
 *
 * <p>One process writes at a time: the file is locked. Not for use by several threads.
 */
final class ExactFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path path;
  private final FileChannel channel;
  private final boolean regular;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

  private ExactFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
    this.regular = Files.isRegularFile(path);
  }

  /**
   * Opens a file and cuts it to what is committed; a new run has committed nothing, so it starts an
   * empty file.
   *
   * @throws OutputException where it cannot be written, or holds less than was committed
   */
  static ExactFile open(Path path, long committedBytes) {
    FileChannel channel = null;
    try {
      Path parent = path.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!lock(channel)) {
        throw taken(path);
      }
      if (!Files.isRegularFile(path)) {
        return new ExactFile(path, channel); // a device: nothing to cut
      }
      if (channel.size() < committedBytes) {
        throw new OutputException(
            path
                + " holds "
                + channel.size()
                + " bytes, but "
                + committedBytes
                + " were written for this run: somebody changed it. Put the old file back, or name"
                + " another file to write all results there");
      }
      channel.truncate(committedBytes);
      channel.position(committedBytes);
      return new ExactFile(path, channel);
    } catch (IOException e) {
      closeQuietly(channel, e);
      throw new OutputException("results cannot be written to " + path + ": " + reason(e), e);
    } catch (OutputException e) {
      closeQuietly(channel, e);
      throw e;
    }
  }

  /**
   * Refuses a file that another process writes just now.
   *
   * @throws OutputException naming it
   */
  static void requireFree(Path path) {
    if (!Files.isRegularFile(path)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      if (!lock(channel)) {
        throw taken(path);
      }
    } catch (IOException e) {
      throw new OutputException("results cannot be written to " + path + ": " + reason(e), e);
    }
  }

  private static OutputException taken(Path path) {
    return new OutputException(
        "another process writes results to " + path + "; wait for it or name another file");
  }

  void write(byte[] bytes) {
    if (bytes.length > buffer.remaining()) {
      flush();
    }
    if (bytes.length > buffer.remaining()) {
      writeAll(ByteBuffer.wrap(bytes));
    } else {
      buffer.put(bytes);
    }
  }

  /** Brings everything to the disk; the length may be committed after that. */
  long force() {
    flush();
    try {
      if (regular) {
        channel.force(false);
      }
      return channel.position();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void flush() {
    buffer.flip();
    writeAll(buffer);
    buffer.clear();
  }

  private void writeAll(ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private OutputException failed(IOException e) {
    return new OutputException(
        "writing to "
            + path
            + " failed: "
            + reason(e)
            + "; what was committed before stays, and the"
            + " run goes on from there",
        e);
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException _) {
      return false;
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static void closeQuietly(@Nullable FileChannel channel, Exception cause) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Leaves what was not forced to chance, as a crash would. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
