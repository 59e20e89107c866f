package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceRegistry;
import java.util.ServiceLoader;

/** The services that this program and the user's jars bring. */
final class Services {
  private Services() {}

  static ServiceRegistry installed(Console console) {
    return ServiceRegistry.of(
        ServiceLoader.load(ScrapingService.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList(),
        console.environment());
  }
}
