package dev.stygian.redis.embedded;

import dev.stygian.graph.error.QueueUnavailableException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * A server program on this machine.
 *
 * @param name such as {@code valkey-server}, or {@code redis-6.2} for the one that this project
 *     carries
 */
public record ServerBinary(String name, Path path) {
  /** The carried Redis 6.2, unpacked to the temporary folder on first use. */
  public static ServerBinary carried() {
    try {
      File unpacked =
          ExecutableProvider.newJarResourceProvider(ExecutableProvider.newProvidedVersionsMap())
              .get();
      return new ServerBinary("redis-6.2", unpacked.toPath());
    } catch (IOException | RuntimeException e) {
      throw new QueueUnavailableException(
          "the Redis server that this program carries does not fit this machine; install"
              + " valkey-server or redis-server, or use --queue redis://HOST:PORT",
          e);
    }
  }

  /** A program on the PATH. */
  public static Optional<ServerBinary> onPath(String program) {
    String path = System.getenv("PATH");
    return Arrays.stream(path == null ? new String[0] : path.split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .map(found -> new ServerBinary(program, found));
  }

  /** What {@code queue = "embedded"} starts: an installed server, else the carried one. */
  public static ServerBinary best() {
    return Stream.of("valkey-server", "redis-server")
        .flatMap(program -> onPath(program).stream())
        .findFirst()
        .orElseGet(ServerBinary::carried);
  }
}
