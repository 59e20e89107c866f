package dev.stygian.graph.pipeline;

import dev.stygian.graph.error.PipelineInvalidException;
import dev.stygian.graph.settings.ConfigSchema;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Reads a pipeline from TOML or JSON: a valid {@link Pipeline}, or a {@link
 * PipelineInvalidException} with every problem of the file. Both formats become one positioned
 * tree, which is checked once. Immutable and thread-safe.
 */
public final class PipelineParser {
  private final KnownServices services;

  /**
   * A parser for pipelines of these services, none of which splits items.
   *
   * @param services the config schema of each service, by its canonical name
   */
  public PipelineParser(Map<String, ConfigSchema> services) {
    this(services, Optional::of, name -> false);
  }

  /**
   * A parser for pipelines of these services: {@code new PipelineParser(registry.schemas(),
   * registry::canonical, registry::fansOut)}.
   *
   * @param services the config schema of each service, by each of its names
   * @param canonicalName the canonical name of any of the names
   * @param fansOut whether the service of any of the names splits its items into others
   */
  public PipelineParser(
      Map<String, ConfigSchema> services,
      Function<String, Optional<String>> canonicalName,
      Predicate<String> fansOut) {
    this(services, canonicalName, fansOut, name -> false);
  }

  /**
   * A parser that also refuses what finds items where nobody can tell when all of them are there:
   * with {@code registry::findsMore} as its last argument.
   *
   * @param findsMore whether the service of any of the names finds items beside its own
   */
  public PipelineParser(
      Map<String, ConfigSchema> services,
      Function<String, Optional<String>> canonicalName,
      Predicate<String> fansOut,
      Predicate<String> findsMore) {
    this(new KnownServices(services, canonicalName, fansOut, findsMore, false));
  }

  private PipelineParser(KnownServices services) {
    this.services = services;
  }

  /**
   * A parser for what {@link PipelineText} wrote: the services and their configs were checked then,
   * and need not be installed where the pipeline is read again.
   */
  public static PipelineParser ofCheckedPipelines() {
    return new PipelineParser(
        new KnownServices(Map.of(), Optional::of, name -> false, name -> false, true));
  }

  /**
   * Reads a file: JSON if its name ends in {@code .json}, else TOML.
   *
   * @throws PipelineInvalidException with every problem, also where the file cannot be read
   */
  public Pipeline parse(Path file) {
    String name = file.toString();
    Problems problems = new Problems(name);
    Optional<String> text = PipelineSource.text(file, problems);
    if (text.isEmpty()) {
      throw problems.exception();
    }
    return parse(text.get(), name, PipelineFormat.of(name));
  }

  /**
   * Reads a text.
   *
   * @param sourceName stands in messages for the file's name
   * @throws PipelineInvalidException with every problem
   */
  public Pipeline parse(String text, String sourceName, PipelineFormat format) {
    Problems problems = new Problems(sourceName);
    SourceValue.Table root = PipelineSource.tree(text, format, problems);
    List<SourceValue.Table> nodes = new PipelineCheck(services, problems).check(root);
    List<Edge> edges = new EdgeCheck(services, problems).check(root, nodes);
    if (!problems.isEmpty()) {
      throw problems.exception();
    }
    return new Assembly(root, services).pipeline(sourceName, defaultId(sourceName), edges);
  }

  /** The file's name without folders and ending; {@code <pipeline>} gives {@code pipeline}. */
  private static String defaultId(String sourceName) {
    String name =
        sourceName.substring(
            Math.max(sourceName.lastIndexOf('/'), sourceName.lastIndexOf('\\')) + 1);
    int ending = name.lastIndexOf('.');
    String id = (ending > 0 ? name.substring(0, ending) : name).replaceAll("[<>\\p{Cntrl}]", "");
    return id.isEmpty() ? "pipeline" : id;
  }
}
