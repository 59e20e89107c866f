package dev.stygian.services.extract;

import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.settings.Config;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Extracts fields from a page: the predecessor's {@code body}, parsed once, each field by its
 * selector.
 */
public final class ExtractService implements ScrapingService {
  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          "extract",
          List.of(),
          "extracts fields from HTML, XML or JSON by CSS selectors, XPath or JSONPath",
          ExtractSchema.SCHEMA,
          ServiceDescriptor.Work.COMPUTES);

  /** One instance serves all nodes of a process; few have more configs than this. */
  private static final int MAX_COMPILED = 256;

  /** What becomes of a result without any value; the words of config key {@code on_empty}. */
  private enum OnEmpty {
    FLAG,
    FAIL,
    KEEP
  }

  private final Map<JsonNode, Compiled> compiled = new ConcurrentHashMap<>();

  /** The fields, and how a scan finds them if it can. */
  private record Compiled(List<Field> fields, Optional<ScanPlan> plan) {}

  @Override
  public ServiceDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Outcome execute(ServiceCall call) throws InterruptedException {
    try {
      return Outcome.success(extract(call));
    } catch (ExtractionFailedException e) {
      return Outcome.permanent(e.reason());
    }
  }

  private ObjectNode extract(ServiceCall call)
      throws ExtractionFailedException, InterruptedException {
    Config config = call.config();
    Compiled known = compiled(config);
    List<Field> fields = known.fields();
    PageSource source = PageSource.of(call, config.text(ExtractSchema.FROM));
    Page page =
        FieldCompiler.readsJson(fields)
            ? PageParser.json(source)
            : PageParser.markup(
                source,
                word(
                    PageParser.Markup.class,
                    config.text(ExtractSchema.PARSER),
                    PageParser.Markup.AUTO),
                known.plan());
    PageReader reader = new PageReader(page);
    ObjectNode result = reader.read(fields);
    if (!reader.foundAnything()) {
      switch (word(OnEmpty.class, config.text(ExtractSchema.ON_EMPTY), OnEmpty.FLAG)) {
        case FAIL ->
            throw new ExtractionFailedException(
                "none of the fields has a value on "
                    + page.label()
                    + "; has the page changed, or is it built by scripts?");
        case KEEP -> {}
        case FLAG -> result.put(FieldCompiler.EMPTY_MARK, true);
      }
    }
    return result;
  }

  private static <E extends Enum<E>> E word(Class<E> type, Optional<String> word, E silent) {
    return word.map(w -> Enum.valueOf(type, w.toUpperCase(Locale.ROOT))).orElse(silent);
  }

  private Compiled compiled(Config config) throws ExtractionFailedException {
    JsonNode key = config.json(ExtractSchema.FIELDS).orElse(JsonNodeFactory.instance.nullNode());
    Compiled known = compiled.get(key);
    if (known != null) {
      return known;
    }
    StringBuilder problems = new StringBuilder();
    Optional<List<Field>> fields =
        FieldCompiler.compile(
            key,
            (path, message) ->
                problems
                    .append("config ")
                    .append(String.join(".", path))
                    .append(": ")
                    .append(message)
                    .append('\n'));
    if (fields.isEmpty()) {
      throw new ExtractionFailedException(problems.toString().strip());
    }
    if (compiled.size() >= MAX_COMPILED) {
      compiled.clear();
    }
    Compiled made = new Compiled(fields.get(), ScanPlan.of(fields.get()));
    compiled.put(key, made);
    return made;
  }
}
