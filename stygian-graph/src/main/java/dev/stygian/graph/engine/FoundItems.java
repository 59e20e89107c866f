package dev.stygian.graph.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.ServiceDescriptor.Finds;
import dev.stygian.graph.settings.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Makes emissions of what the execution of a node found. */
final class FoundItems {
  /** Two of ten million identities get one id with a chance of 1 in 10^15. */
  private static final int ID_BYTES = 12;

  private FoundItems() {}

  static List<Emission> emissions(
      RunPlan plan, PlannedNode node, Finds finds, List<Found> items, HostLanes lanes) {
    if (finds == Finds.NOTHING) {
      throw new IllegalStateException(
          "the service \"" + node.service() + "\" found items, which it does not declare");
    }
    List<Emission> all = new ArrayList<>(items.size());
    for (Found found : items) {
      Item item = new Item(id(found.identity()), found.input());
      Payload payload = Payload.of(found.input());
      byte[] digest = IdempotencyKey.digest(found.input());
      Task task = plan.task(node, item.id(), payload, node.scope().key(digest));
      Task first = lanes.of(plan, node, item, Map.of()).map(task::in).orElse(task);
      all.add(new Emission(item.id(), payload, List.of(first)));
    }
    return all;
  }

  private static String id(String identity) {
    byte[] digest = Arrays.copyOf(Sha256.of(identity.getBytes(UTF_8)), ID_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }
}
