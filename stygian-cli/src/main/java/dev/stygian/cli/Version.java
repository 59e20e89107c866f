package dev.stygian.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven wrote into the jar. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() throws IOException {
    var properties = new Properties();
    try (var file =
        Objects.requireNonNull(Version.class.getResourceAsStream("version.properties"))) {
      properties.load(file);
    }
    return new String[] {"stygian " + properties.getProperty("version")};
  }
}
