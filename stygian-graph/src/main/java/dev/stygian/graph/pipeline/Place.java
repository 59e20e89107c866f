package dev.stygian.graph.pipeline;

/** A place in a pipeline file; line and column count from 1. */
record Place(int line, int column) {
  static final Place START = new Place(1, 1);
}
