package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.service.ServiceRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.tomlj.Toml;
import org.tomlj.TomlTable;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** The pipeline file that a command is about. */
final class PipelineFile {
  @Parameters(index = "0", paramLabel = "PIPELINE", description = "A pipeline file, TOML or JSON.")
  private String file = "";

  String name() {
    return file;
  }

  Path path(Console console) {
    return console.path(file);
  }

  /** Where its settings come from: this file and the environment. */
  SettingSources sources(Console console) {
    return new SettingSources(console.environment(), statedKeys(console), file);
  }

  /** The keys of {@code [execution]} that the file states; the parsed pipeline has all of them. */
  private Set<String> statedKeys(Console console) {
    Path path = path(console);
    try {
      if (PipelineFormat.of(file) == PipelineFormat.JSON) {
        JsonNode execution = Json.parse(Files.readAllBytes(path)).path("execution");
        return Set.copyOf(execution.propertyNames());
      }
      TomlTable execution = Toml.parse(path).getTable("execution");
      return execution == null ? Set.of() : Set.copyOf(execution.keySet());
    } catch (IOException | PayloadException e) {
      throw new SettingInvalidException(file + " was changed while it was read; try again", e);
    }
  }

  /** Reads and checks the file for the services that are installed here. */
  Pipeline parse(Console console, ServiceRegistry registry) {
    return new PipelineParser(
            registry.schemas(), registry::canonical, registry::fansOut, registry::findsMore)
        .parse(path(console));
  }
}
