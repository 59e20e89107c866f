package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.Table;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.ConfigKey;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ValueType;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code stygian services}: what is installed, and the config keys of each. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "STYGIAN_CLASSPATH names jars with services of your own, joined by colons.",
      "",
      "Example:",
      "  stygian services http"
    })
final class ServicesCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "A service whose config keys to show.")
  private @Nullable String name;

  @Option(names = "--json", description = "Print one JSON object on a line for each service.")
  private boolean json;

  ServicesCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (ServiceRegistry registry = Services.installed(console)) {
      List<ServiceDescriptor> shown =
          name == null
              ? registry.names().stream().map(n -> registry.service(n).descriptor()).toList()
              : List.of(registry.service(name).descriptor());
      if (json) {
        shown.forEach(service -> console.out().println(json(service, registry)));
      } else if (name == null) {
        list(shown, registry);
      } else {
        show(shown.getFirst(), registry);
      }
      return ExitCode.OK;
    }
  }

  private void list(List<ServiceDescriptor> services, ServiceRegistry registry) {
    Table table = new Table("name", "also", "here", "what it does");
    services.forEach(s ->
        table.row(
            s.name(),
            String.join(" ", s.aliases()),
            registry.unavailable(s.name()).map(reason -> "no").orElse("yes"),
            s.summary()));
    table.lines().forEach(console.out()::println);
    services.forEach(s ->
        registry
            .unavailable(s.name())
            .ifPresent(reason -> console.out().println(s.name() + " cannot run here: " + reason)));
  }

  private void show(ServiceDescriptor service, ServiceRegistry registry) {
    console.out().println(service.name() + ": " + service.summary());
    if (!service.aliases().isEmpty()) {
      console.out().println("also named " + String.join(", ", service.aliases()));
    }
    registry
        .unavailable(service.name())
        .ifPresent(reason -> console.out().println("cannot run here: " + reason));
    if (!service.config().keys().isEmpty()) {
      Table table = new Table("key", "type", "default", "meaning");
      service
          .config()
          .keys()
          .forEach(key -> table.row(key.name(), words(key.type()), defaultOf(key), key.help()));
      console.out().println();
      table.lines().forEach(console.out()::println);
    }
  }

  private static String defaultOf(ConfigKey key) {
    return key.required() ? "(required)" : key.defaultValue().map(Object::toString).orElse("");
  }

  private static ObjectNode json(ServiceDescriptor service, ServiceRegistry registry) {
    ObjectNode all = JsonNodeFactory.instance.objectNode().put("name", service.name());
    ArrayNode aliases = all.putArray("aliases");
    service.aliases().forEach(aliases::add);
    all.put("summary", service.summary());
    all.put("available", registry.unavailable(service.name()).isEmpty());
    all.put("unavailable_because", registry.unavailable(service.name()).orElse(null));
    all.set("config", json(service.config()));
    return all;
  }

  private static ArrayNode json(ConfigSchema schema) {
    ArrayNode keys = JsonNodeFactory.instance.arrayNode();
    for (ConfigKey key : schema.keys()) {
      ObjectNode one = keys.addObject();
      one.put("key", key.name()).put("type", words(key.type())).put("required", key.required());
      key.defaultValue().ifPresent(value -> one.set("default", value));
      one.put("help", key.help());
    }
    return keys;
  }

  /** A type as the docs name it. */
  static String words(ValueType type) {
    return switch (type) {
      case ValueType.Text t -> "text";
      case ValueType.SecretText t -> "secret";
      case ValueType.Url t -> "url";
      case ValueType.Whole(long min, long max) -> "whole number " + min + " to " + max;
      case ValueType.Decimal(double min, double max) -> "number " + min + " to " + max;
      case ValueType.Flag t -> "true or false";
      case ValueType.Span t -> "duration";
      case ValueType.Bytes t -> "size";
      case ValueType.Choice(List<String> words) -> String.join(" or ", words);
      case ValueType.ListOf(ValueType element) -> "list of " + words(element);
      case ValueType.MapOf(ValueType value) -> "table of " + words(value);
      case ValueType.Table t -> "table";
      case ValueType.Either(List<ValueType> types) ->
          types.stream().map(ServicesCommand::words).collect(Collectors.joining(" or "));
      case ValueType.Anything t -> "any value";
    };
  }
}
