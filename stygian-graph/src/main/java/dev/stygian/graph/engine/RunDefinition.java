package dev.stygian.graph.engine;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.pipeline.ExecutionSettings;
import dev.stygian.graph.pipeline.InputSettings;
import dev.stygian.graph.pipeline.Node;
import dev.stygian.graph.pipeline.OutputSettings;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.pipeline.PipelineText;
import dev.stygian.graph.pipeline.Politeness;
import dev.stygian.graph.pipeline.Topology;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.CanonicalJson;
import dev.stygian.graph.settings.Config;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run keeps in the queue so that a worker anywhere can execute it: a JSON object with the
 * keys {@code pipeline}, {@code fingerprints} (node to fingerprint, made where all services'
 * defaults are known), {@code fresh} and, where the run has them, {@code site}, {@code after} and
 * {@code fan_outs}.
 *
 * @param fresh whether stored results of other runs are ignored; always where a node finds more
 *     items of its own, since a result that is not made finds none
 * @param site where relative URLs start
 * @param after the run whose status, when a task begins, is the input of every item
 * @param fanOuts the nodes that split their items into others
 */
public record RunDefinition(
    Pipeline pipeline,
    Map<String, String> fingerprints,
    boolean fresh,
    Optional<URI> site,
    Optional<RunId> after,
    Set<String> fanOuts) {
  public RunDefinition {
    fingerprints = Map.copyOf(fingerprints);
    fanOuts = Set.copyOf(fanOuts);
  }

  /** The definition of a pipeline whose services are all known to {@code registry}. */
  public static RunDefinition of(
      Pipeline pipeline, ServiceRegistry registry, boolean fresh, Optional<URI> site) {
    Map<String, String> fingerprints =
        Topology.of(pipeline)
            .fingerprints(node ->
                Config.ofOutputs(
                    registry.service(node.service()).descriptor().config(), node.config()));
    boolean finds =
        pipeline.nodes().stream()
            .map(node -> registry.finds(node.service()))
            .anyMatch(what -> what == ServiceDescriptor.Finds.MORE_OF_ITS_OWN);
    Set<String> fanOuts =
        pipeline.nodes().stream()
            .filter(node -> registry.fansOut(node.service()))
            .map(Node::id)
            .collect(Collectors.toSet());
    return new RunDefinition(
        pipeline, fingerprints, fresh || finds, site, Optional.empty(), fanOuts);
  }

  /**
   * What is done when a run of this definition is over; empty where nothing is. Each time it has
   * another key for its calls; that of the definition which the queue was given first stands.
   */
  public Optional<RunDefinition> whenOver(RunId run) {
    return pipeline
        .onFinish()
        .map(calls ->
            new RunDefinition(
                new Pipeline(
                    pipeline.id(),
                    pipeline.source(),
                    pipeline.execution(),
                    InputSettings.none(),
                    OutputSettings.toStandardOutput(),
                    calls.nodes(UUID.randomUUID().toString()),
                    List.of(),
                    pipeline.allowPrivate(),
                    Politeness.defaults().withoutRobots(),
                    Optional.empty()),
                Map.of(),
                true,
                Optional.empty(),
                Optional.of(run),
                Set.of()));
  }

  /** The run that does what is to be done when a run is over. */
  public static RunId whenOverId(RunId run) {
    return new RunId(run + ".on_finish");
  }

  /** The text that {@link #read} reads. */
  public String text() {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.set("pipeline", Json.parse(PipelineText.of(pipeline)));
    ObjectNode prints = all.putObject("fingerprints");
    fingerprints.forEach(prints::put);
    all.put("fresh", fresh);
    site.ifPresent(uri -> all.put("site", uri.toString()));
    after.ifPresent(run -> all.put("after", run.value()));
    if (!fanOuts.isEmpty()) {
      ArrayNode nodes = all.putArray("fan_outs");
      fanOuts.stream().sorted().forEach(nodes::add);
    }
    return CanonicalJson.text(all);
  }

  /**
   * Reads the definition of a run; a run of single tasks that were enqueued by hand has none, and
   * its nodes then have no config.
   *
   * @throws PayloadException where the text is not a definition
   */
  public static RunDefinition read(RunSpec run) {
    if (run.definition().isEmpty()) {
      return bare(run);
    }
    JsonNode all = Json.parse(run.definition());
    Pipeline pipeline =
        PipelineParser.ofCheckedPipelines()
            .parse(all.path("pipeline").toString(), "run " + run.id(), PipelineFormat.JSON);
    Map<String, String> prints = new LinkedHashMap<>();
    all.path("fingerprints")
        .properties()
        .forEach(e -> prints.put(e.getKey(), e.getValue().asString()));
    Optional<URI> site =
        all.has("site") ? Optional.of(URI.create(all.get("site").asString())) : Optional.empty();
    Optional<RunId> after =
        all.has("after") ? Optional.of(new RunId(all.get("after").asString())) : Optional.empty();
    Set<String> fanOuts =
        all.path("fan_outs").valueStream().map(JsonNode::asString).collect(Collectors.toSet());
    return new RunDefinition(pipeline, prints, all.path("fresh").asBoolean(), site, after, fanOuts);
  }

  private static RunDefinition bare(RunSpec run) {
    List<Node> nodes =
        run.lanes().stream()
            .map(lane ->
                new Node(
                    lane.node(),
                    lane.service(),
                    JsonNodeFactory.instance.objectNode(),
                    OptionalInt.of(lane.maxAttempts()),
                    Optional.empty(),
                    Optional.empty(),
                    false,
                    OptionalInt.empty()))
            .toList();
    return new RunDefinition(
        new Pipeline(
            run.pipelineId(),
            "run " + run.id(),
            ExecutionSettings.defaults(),
            InputSettings.none(),
            OutputSettings.toStandardOutput(),
            nodes,
            List.of(),
            false,
            Politeness.defaults(),
            Optional.empty()),
        Map.of(),
        false,
        Optional.empty(),
        Optional.empty(),
        Set.of());
  }
}
