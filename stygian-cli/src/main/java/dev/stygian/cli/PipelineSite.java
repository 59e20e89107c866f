package dev.stygian.cli;

import dev.stygian.graph.engine.RunDefinition;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.services.site.SiteServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The server of {@code [input] serve}, while a run lasts; nothing where the pipeline serves
 * nothing.
 */
final class PipelineSite implements AutoCloseable {
  private final @Nullable SiteServer server;

  private PipelineSite(@Nullable SiteServer server) {
    this.server = server;
  }

  /**
   * Serves the pipeline's folder.
   *
   * @param begun the run that goes on, if it does: its tasks know the address that it began with
   */
  static PipelineSite open(Pipeline pipeline, Path pipelineFile, Optional<RunSpec> begun) {
    if (pipeline.input().serve().isEmpty()) {
      return new PipelineSite(null);
    }
    Path folder = pipelineFile.resolveSibling(pipeline.input().serve().get());
    int port = begun.flatMap(spec -> RunDefinition.read(spec).site()).map(URI::getPort).orElse(0);
    try {
      return new PipelineSite(SiteServer.start(folder, port));
    } catch (IOException e) {
      throw new SettingInvalidException(
          "the folder of [input] serve cannot be served"
              + (port == 0 ? "" : " on port " + port + ", where this run began")
              + ": "
              + e.getMessage(),
          e);
    }
  }

  Optional<URI> url() {
    return Optional.ofNullable(server).map(SiteServer::baseUrl);
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
