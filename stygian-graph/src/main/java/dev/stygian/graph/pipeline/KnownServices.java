package dev.stygian.graph.pipeline;

import dev.stygian.graph.settings.ConfigSchema;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The services that a pipeline may name.
 *
 * @param schemas by name and alias
 * @param canonicalName of a name or an alias; empty where the name is not known
 * @param fansOut whether the service of a name or an alias splits its items into others
 * @param finds whether such a service finds items beside those that it is executed for
 * @param isOpen whether every other name passes too, with whatever config
 */
record KnownServices(
    Map<String, ConfigSchema> schemas,
    Function<String, Optional<String>> canonicalName,
    Predicate<String> fansOut,
    Predicate<String> finds,
    boolean isOpen) {
  KnownServices {
    schemas = Map.copyOf(schemas);
  }

  Optional<ConfigSchema> schema(String service) {
    return Optional.ofNullable(schemas.get(service));
  }

  String canonical(String service) {
    return canonicalName.apply(service).orElse(service);
  }
}
