package dev.stygian.bench.chaos;

import java.util.List;

/** The tasks of a trial, as journals name them: each node has so many. */
interface Tasks {
  /** In the order in which a journal numbers them. */
  List<String> nodes();

  /** How many tasks a node can have. */
  int count(String node);

  /**
   * The place of a task among those of its node.
   *
   * @param part of the item; 0 where the node is executed for whole items
   * @return -1 where the trial has no such task
   */
  int place(String node, int item, int part);

  /** Whether a node goes on under another one's lease, at its first attempt each time. */
  boolean isFollower(String node);

  /** Those of a graph whose nodes are all executed for the same items. */
  static Tasks ofItems(List<String> nodes, int items, String follower) {
    return new Tasks() {
      @Override
      public List<String> nodes() {
        return nodes;
      }

      @Override
      public int count(String node) {
        return items;
      }

      @Override
      public int place(String node, int item, int part) {
        return item >= 0 && item < items && part == 0 ? item : -1;
      }

      @Override
      public boolean isFollower(String node) {
        return node.equals(follower);
      }
    };
  }
}
