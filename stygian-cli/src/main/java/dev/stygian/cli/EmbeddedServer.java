package dev.stygian.cli;

import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The private server of a folder. One process owns it, holds the folder's lock and stops the server
 * when it is done; others that come meanwhile are its guests. A server whose owner was killed is
 * stopped before another one is started on the same data.
 */
final class EmbeddedServer implements AutoCloseable {
  private final String url;
  private final @Nullable Owned owned;

  private record Owned(EmbeddedRedis server, FileChannel lock, Path address) {}

  private EmbeddedServer(String url, @Nullable Owned owned) {
    this.url = url;
    this.owned = owned;
  }

  /** Starts the folder's server, or finds the one that another process runs. */
  static EmbeddedServer open(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    Path address = absolute.resolve("embedded.url");
    try {
      Files.createDirectories(absolute);
      FileChannel channel =
          FileChannel.open(
              absolute.resolve("embedded.lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      if (!isLocked(channel)) {
        channel.close();
        return new EmbeddedServer(guestAddress(absolute, address), null);
      }
      stopOrphan(address);
      EmbeddedRedis server = start(absolute, channel);
      Files.writeString(address, server.url() + "\n" + server.pid() + "\n");
      return new EmbeddedServer(server.url(), new Owned(server, channel, address));
    } catch (IOException e) {
      throw new QueueUnavailableException(
          "the embedded server's folder "
              + absolute
              + " cannot be used: "
              + e.getMessage()
              + "; make it writable, or use --queue redis://HOST:PORT",
          e);
    }
  }

  String url() {
    return url;
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException _) {
      return false; // another command of this very process
    }
  }

  private static void stopOrphan(Path address) throws IOException {
    if (!Files.exists(address)) {
      return;
    }
    List<String> lines = Files.readAllLines(address);
    Optional<ProcessHandle> orphan =
        lines.size() < 2 ? Optional.empty() : ProcessHandle.of(Long.parseLong(lines.get(1)));
    if (orphan.filter(EmbeddedServer::isServer).isPresent()) {
      orphan.get().destroy();
      orphan.get().onExit().completeOnTimeout(orphan.get(), 10, TimeUnit.SECONDS).join();
    }
    Files.delete(address);
  }

  /** Process ids are used again; what runs under this one now may be anything. */
  private static boolean isServer(ProcessHandle process) {
    return process.info().command().filter(path -> path.matches(".*(redis|valkey).*")).isPresent();
  }

  private static EmbeddedRedis start(Path folder, FileChannel channel) throws IOException {
    try {
      return EmbeddedRedis.start(folder.resolve("redis"));
    } catch (RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static String guestAddress(Path folder, Path address) throws IOException {
    if (Files.exists(address)) {
      return Files.readAllLines(address).getFirst();
    }
    throw new QueueUnavailableException(
        "another process is just starting or stopping the embedded server in "
            + folder
            + "; try again in a moment");
  }

  @Override
  public void close() {
    if (owned == null) {
      return;
    }
    try {
      Files.deleteIfExists(owned.address);
      owned.server.close();
      owned.lock.close();
    } catch (IOException e) {
      throw new QueueUnavailableException(
          "the embedded server's files cannot be put in order: " + e.getMessage(), e);
    }
  }
}
