package dev.stygian.graph.engine;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.item.Item;
import dev.stygian.graph.pipeline.Politeness;
import dev.stygian.graph.queue.HostLane;
import dev.stygian.graph.queue.Notes;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.service.ServiceRegistry;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Finds the lanes of tasks that visit hosts: its service names the host, the pipeline's politeness
 * the pace. Thread-safe.
 */
final class HostLanes {
  private static final Logger LOG = LoggerFactory.getLogger(HostLanes.class);

  private final ServiceRegistry registry;
  private final Notes notes;
  private final PacedHosts paced = new PacedHosts();

  HostLanes(ServiceRegistry registry, Notes notes) {
    this.registry = registry;
    this.notes = notes;
  }

  /** What was seen of hosts while tasks of these lanes visited them. */
  PacedHosts paced() {
    return paced;
  }

  /** Whether a service is installed here whose executions visit hosts. */
  boolean visitsHosts(String service) {
    return registry.names().contains(service)
        && registry.service(service).descriptor().work() == ServiceDescriptor.Work.VISITS_HOSTS;
  }

  /**
   * The lane of a node's task.
   *
   * @param inputs the outputs of all of its predecessors
   * @return empty where its service visits no host, is not installed here, or cannot tell
   */
  Optional<HostLane> of(RunPlan plan, PlannedNode node, Item item, Map<String, JsonNode> inputs) {
    if (!node.visitsHosts(this)) {
      return Optional.empty();
    }
    try {
      ScrapingService service = registry.service(node.service());
      ServiceCall call =
          new ServiceCall(
              plan.definition().pipeline().id(),
              node.id(),
              1,
              item,
              node.config(service, registry.environment()),
              inputs,
              plan.egress(false),
              plan.definition().site(),
              new RunFleet(
                  new TaskId(plan.run(), item.id(), node.id()),
                  plan.politeness(),
                  notes,
                  RunFleet.Start.NONE,
                  paced,
                  RunFleet.Finder.NOBODY));
      return service.host(call).map(host -> lane(plan, host));
    } catch (SettingInvalidException e) { // only a worker has what the config refers to
      LOG.atDebug().setCause(e).addKeyValue("node", node.id()).log("No host can be told here");
      return Optional.empty();
    }
  }

  /** The lane of a host's tasks. */
  static HostLane lane(RunPlan plan, Host host) {
    Politeness.HostRule rule = plan.politeness().ruleFor(host.name(), host.inUrl());
    return new HostLane(
        host.name(), rule.interval(), rule.concurrency(), plan.politeness().giveUpAfter());
  }
}
