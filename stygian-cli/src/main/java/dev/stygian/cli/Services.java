package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceRegistry;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The services that this program and the user's jars bring. */
final class Services {
  private Services() {}

  /**
   * All of them, with the console's environment.
   *
   * @throws SettingInvalidException where a jar brings none that can be used
   */
  static ServiceRegistry installed(Console console) {
    try {
      return ServiceRegistry.of(
          ServiceLoader.load(ScrapingService.class).stream()
              .map(ServiceLoader.Provider::get)
              .toList(),
          console.environment());
    } catch (ServiceConfigurationError | IllegalArgumentException e) {
      throw new SettingInvalidException(
          "a service on the class path cannot be used: "
              + e.getMessage()
              + "; check the jars that STYGIAN_CLASSPATH names",
          e);
    }
  }
}
