package dev.stygian.graph.service;

import dev.stygian.graph.settings.Environment;
import java.util.Optional;

/**
 * The port that services implement. One instance serves every node of its name in a process, on
 * many virtual threads at once: implementations are thread-safe and may block. Found by {@link
 * java.util.ServiceLoader} (a public no-argument constructor that does no work), or registered by
 * hand.
 */
public interface ScrapingService extends AutoCloseable {
  ServiceDescriptor descriptor();

  /**
   * Whether this process can run the service now; a worker offers only what it can run, so tasks of
   * a service without its API key wait for a worker that has one.
   *
   * @return empty where it can; else what is missing, without any secret
   */
  default Optional<String> unavailable(Environment environment) {
    return Optional.empty();
  }

  /**
   * The host that executing this call would visit first, named as its fleet's scope says; its tasks
   * wait in a lane of that host's. Asked only of services whose descriptor says that they visit
   * hosts, before the call is executed, where the environment may lack what the config refers to.
   *
   * @return empty where there is none, or it cannot be told
   */
  default Optional<Host> host(ServiceCall call) {
    return Optional.empty();
  }

  /**
   * Executes one node for one item. An interrupt means that the attempt's time is over or the
   * worker stops: let it through. Anything thrown counts as a retryable failure. The call's values
   * are shared with other nodes: do not change them.
   */
  Outcome execute(ServiceCall call) throws Exception;

  /** Ends what the service started; called once, when its worker has stopped. */
  @Override
  default void close() {}
}
