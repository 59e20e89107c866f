package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import java.util.List;

/**
 * Some of the outputs that a node collects, which is at work on them.
 *
 * @param parts how many there are in all
 * @param outputs in the order of the parts, from where they were asked for
 */
public record CollectedPage(long parts, List<Payload> outputs) {
  public CollectedPage {
    outputs = List.copyOf(outputs);
  }
}
