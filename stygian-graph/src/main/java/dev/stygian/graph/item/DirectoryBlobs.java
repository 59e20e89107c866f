package dev.stygian.graph.item;

import dev.stygian.graph.error.BlobUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Blobs as files of a folder, which may lie on a file system that many machines share. A file is
 * written under another name, brought to the disk and then renamed, so whoever sees it sees all of
 * it, and a machine that loses power keeps what the queue was told of.
 */
public final class DirectoryBlobs implements BlobStore {
  private static final String BEGUN = ".begun-";
  private static final int TRIES = 20;

  /** No writer takes so long: what is begun and older was left behind. */
  private static final Duration LONGEST_WRITE = Duration.ofHours(1);

  private final Path root;

  /** Blobs below a folder, which is made when the first of them is put. */
  public DirectoryBlobs(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  @Override
  public void put(BlobName name, byte[] bytes) {
    Path file = root.resolve(name.path());
    for (int attempt = 1; ; attempt++) {
      try {
        write(file, bytes);
        return;
      } catch (NoSuchFileException e) { // who deletes a run's folder came between
        if (attempt == TRIES) {
          throw failed("written", e);
        }
      } catch (IOException e) {
        throw failed("written", e);
      }
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Path folder = Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Path begun = folder.resolve(BEGUN + UUID.randomUUID());
    try {
      try (FileChannel out =
          FileChannel.open(begun, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
          out.write(left);
        }
        out.force(true);
      }
      Files.move(begun, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(begun);
      throw e;
    }
  }

  @Override
  public Optional<byte[]> get(BlobName name) {
    try {
      return Optional.of(Files.readAllBytes(root.resolve(name.path())));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("read", e);
    }
  }

  @Override
  public List<String> runs(String queue, String after, int most) {
    try (Stream<Path> folders = Files.list(root.resolve(BlobName.requireFolder(queue)))) {
      return folders
          .map(folder -> String.valueOf(folder.getFileName()))
          .filter(run -> run.compareTo(after) > 0)
          .sorted()
          .limit(most)
          .toList();
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (IOException | UncheckedIOException e) {
      throw failed("listed", e);
    }
  }

  @Override
  public int delete(String queue, String run, Instant before, int most) {
    Path folder = root.resolve(BlobName.requireFolder(queue)).resolve(BlobName.requireFolder(run));
    try {
      int deleted = 0;
      for (Path fan : children(folder)) {
        for (Path file : children(fan)) {
          if (deleted < most && isOlder(file, before) && Files.deleteIfExists(file)) {
            deleted++;
          }
        }
        deleteIfEmpty(fan);
      }
      deleteIfEmpty(folder);
      return deleted;
    } catch (IOException | UncheckedIOException e) {
      throw failed("deleted", e);
    }
  }

  @Override
  public boolean delete(BlobName name, Instant before) {
    Path file = root.resolve(name.path());
    try {
      return isOlder(file, before) && Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed("deleted", e);
    }
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return new ArrayList<>(all.toList());
    } catch (NoSuchFileException | NotDirectoryException _) { // another one deletes it too
      return List.of();
    }
  }

  private static boolean isOlder(Path file, Instant before) throws IOException {
    try {
      Instant put = Files.getLastModifiedTime(file).toInstant();
      boolean isBegun = String.valueOf(file.getFileName()).startsWith(BEGUN);
      return put.isBefore(before) && (!isBegun || put.isBefore(Instant.now().minus(LONGEST_WRITE)));
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  private static void deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException _) {
      // younger blobs are in it
    }
  }

  private BlobUnavailableException failed(String what, Exception e) {
    return new BlobUnavailableException(
        "blobs in "
            + place()
            + " cannot be "
            + what
            + ": "
            + e.getClass().getSimpleName()
            + ": "
            + e.getMessage()
            + "; see to it that the folder exists here, has room and belongs to this user",
        e);
  }

  @Override
  public String place() {
    return "file://" + root;
  }

  @Override
  public void close() {
    // nothing is open between calls
  }
}
