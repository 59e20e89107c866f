package dev.stygian.redis;

import static java.util.Objects.requireNonNull;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A server that lives as long as the test class whose static field holds this. */
final class ServerOfClass implements BeforeAllCallback, AfterAllCallback {
  private final Supplier<ServerBinary> binary;
  private @Nullable EmbeddedRedis server;

  /**
   * A server.
   *
   * @param binary asked only where the class is not disabled
   */
  ServerOfClass(Supplier<ServerBinary> binary) {
    this.binary = binary;
  }

  String url() {
    return requireNonNull(server).url();
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "server");
    server = EmbeddedRedis.start(binary.get(), folder, List.of("--save", ""));
  }

  @Override
  public void afterAll(ExtensionContext context) {
    requireNonNull(server).close();
  }
}
