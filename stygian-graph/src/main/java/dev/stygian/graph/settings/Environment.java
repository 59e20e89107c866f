package dev.stygian.graph.settings;

import java.util.Map;
import java.util.Optional;

/** Where {@code ${env:NAME}} and environment settings are read; tests hand in a map. */
@FunctionalInterface
public interface Environment {
  /** The value of a variable; empty where it is not set. */
  Optional<String> value(String name);

  /** The environment of this process. */
  static Environment ofProcess() {
    return name -> Optional.ofNullable(System.getenv(name));
  }

  static Environment of(Map<String, String> values) {
    Map<String, String> copy = Map.copyOf(values);
    return name -> Optional.ofNullable(copy.get(name));
  }
}
