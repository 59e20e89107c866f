package dev.stygian.graph.queue;

import java.util.Optional;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Lets a simulation try longer than each build has time for: {@code -Dstygian.simulation.tries}, or
 * what a failure said that it began with: {@code -Dstygian.simulation.seed}.
 */
public final class LongSimulation implements AroundPropertyHook {
  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    Optional.ofNullable(Integer.getInteger("stygian.simulation.tries"))
        .ifPresent(context.attributes()::setTries);
    Optional.ofNullable(System.getProperty("stygian.simulation.seed"))
        .ifPresent(context.attributes()::setSeed);
    return property.execute();
  }
}
