package dev.stygian.cli.output;

import dev.stygian.graph.queue.Result;

/** How results are written to a file. */
public interface ResultFormat {
  /** What stands before the first result; empty bytes where nothing does. */
  byte[] start(Result first);

  /** One result, with its end of line. */
  byte[] line(Result result);
}
