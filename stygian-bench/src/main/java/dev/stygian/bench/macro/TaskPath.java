package dev.stygian.bench.macro;

/** A way that tasks can go, from a producer to a stored result: our queue, or bare scripts. */
interface TaskPath extends AutoCloseable {
  /** Makes ready for a round with an empty server, up to an open connection. */
  void open() throws InterruptedException;

  /**
   * Enqueues the share of one of several producers.
   *
   * @param producer its number, from 0
   */
  void produce(int producer, int producers, int tasks) throws InterruptedException;

  /** Says that all is enqueued. */
  void endInput() throws InterruptedException;

  /** Leases and completes on as many threads as the setup says, until nothing is left. */
  void work(int threads) throws InterruptedException;

  /**
   * Takes the results, on a thread of its own beside {@link #work}; returns when all are there.
   *
   * @throws IllegalStateException where one is missing or there are too many
   */
  void consume(int tasks) throws InterruptedException;

  @Override
  void close();
}
