package dev.stygian.graph.queue;

import java.util.Optional;

/**
 * What a lane has to do with the collecting of parts, which is how an item that was split goes on.
 *
 * @param itemsAt the node that collects the parts for which this lane's node is executed; empty:
 *     each of its items ends for itself
 * @param partsAt the node that collects the parts into which this lane's node splits its items
 * @param source where this lane's node collects: what, from where
 */
public record Collecting(
    Optional<String> itemsAt, Optional<String> partsAt, Optional<Source> source) {
  /** Nothing. */
  public static final Collecting NONE =
      new Collecting(Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * What a node collects.
   *
   * @param split the node that splits the items, of each of which all parts are awaited; the id of
   *     a part is that of its item, this node's and its number, with slashes between
   * @param last the node whose output of each part is collected
   */
  public record Source(String split, String last) {}

  /** The id of the part of an item that a node split off as the one with a number, from 0. */
  public static String part(String item, String split, long number) {
    return item + "/" + split + "/" + number;
  }
}
