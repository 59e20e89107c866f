package dev.stygian.services.command;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.Environment;
import dev.stygian.graph.settings.ValueType;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Runs a program, which gets the node's input as JSON on its standard input and whose standard
 * output is the node's: JSON, or else a text. A pipeline comes from whoever can submit, so a worker
 * offers this only where its owner has said so. {@code docs/services/command.md} is its reference.
 */
public final class CommandService implements ScrapingService {
  static final String ALLOWED = "STYGIAN_ALLOW_COMMANDS";
  private static final String COMMAND = "command";
  private static final String ENVIRONMENT = "env";
  private static final String MAX_OUTPUT = "max_output";

  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          COMMAND,
          List.of(),
          "runs a program, where the worker's owner allows that",
          ConfigSchema.builder()
              .required(
                  COMMAND,
                  new ValueType.ListOf(new ValueType.Text()),
                  "the program and its arguments; no shell reads them")
              .optional(
                  ENVIRONMENT,
                  new ValueType.MapOf(new ValueType.SecretText()),
                  "variables that it sees besides PATH, HOME, LANG, TMPDIR and TZ")
              .withDefault(
                  MAX_OUTPUT,
                  new ValueType.Bytes(0, 1L << 30),
                  "10 MB",
                  "a longer output fails the task")
              .check((table, report) -> {
                if (table.path(COMMAND).isEmpty()) {
                  report.problem(List.of(COMMAND), "the list is empty; name a program");
                }
              })
              .build());

  @Override
  public ServiceDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Optional<String> unavailable(Environment environment) {
    return environment.value(ALLOWED).filter("1"::equals).isPresent()
        ? Optional.empty()
        : Optional.of(ALLOWED + " is not 1");
  }

  @Override
  public Outcome execute(ServiceCall call) throws InterruptedException {
    List<String> command = call.config().texts(COMMAND);
    Execution execution =
        new Execution(
            command,
            call.config().map(ENVIRONMENT),
            Json.bytes(call.given()),
            call.config().bytes(MAX_OUTPUT));
    String program = "the program " + command.getFirst();
    try {
      return switch (execution.run()) {
        case Execution.Ended(int code, String output, String _) when code == 0 ->
            Outcome.success(json(output));
        case Execution.Ended(int code, String _, String complaint) ->
            Outcome.retryable(program + " ended with exit code " + code + complaint);
        case Execution.TooLong() ->
            Outcome.permanent(program + " wrote more than " + MAX_OUTPUT + " allows");
      };
    } catch (IOException e) {
      return Outcome.retryable(program + " could not be run: " + e.getMessage(), e);
    }
  }

  private static JsonNode json(String output) {
    try {
      return Json.parse(output);
    } catch (PayloadException _) {
      return JsonNodeFactory.instance.stringNode(output.strip());
    }
  }
}
