package dev.stygian.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.queue.Collecting;
import dev.stygian.graph.queue.RunSpec;
import java.util.List;
import java.util.Optional;

/**
 * What a lane has to do with the collecting of parts, as {@code include/runs.lua} reads it: nothing
 * where that is nothing, else six numbers with a comma before each, some of them empty. They are
 * the nodes by their numbers: who collects the lane's items, in how many bytes the id of the node
 * ends that split them off, whose outputs are collected; who collects what the lane's node splits
 * off; what it collects itself, from whom.
 */
final class CollectingText {
  private CollectingText() {}

  static String of(RunSpec spec, Collecting collecting) {
    if (collecting.equals(Collecting.NONE)) {
      return "";
    }
    Optional<Collecting.Source> ofItems =
        collecting
            .itemsAt()
            .flatMap(node -> spec.lanes().get(spec.laneOf(node)).collecting().source());
    return number(spec, collecting.itemsAt())
        + ","
        + ofItems.map(source -> "" + source.split().getBytes(UTF_8).length).orElse("")
        + number(spec, ofItems.map(Collecting.Source::last))
        + number(spec, collecting.partsAt())
        + number(spec, collecting.source().map(Collecting.Source::split))
        + number(spec, collecting.source().map(Collecting.Source::last));
  }

  private static String number(RunSpec spec, Optional<String> node) {
    return "," + node.map(id -> "" + spec.laneOf(id)).orElse("");
  }

  static Collecting read(String text, List<String> nodes) {
    if (text.isEmpty()) {
      return Collecting.NONE;
    }
    String[] numbers = text.split(",", -1);
    Optional<String> split = node(numbers[5], nodes);
    Optional<String> last = node(numbers[6], nodes);
    return new Collecting(
        node(numbers[1], nodes),
        node(numbers[4], nodes),
        split.map(id -> new Collecting.Source(id, last.orElseThrow())));
  }

  private static Optional<String> node(String number, List<String> nodes) {
    return number.isEmpty() ? Optional.empty() : Optional.of(nodes.get(Integer.parseInt(number)));
  }
}
