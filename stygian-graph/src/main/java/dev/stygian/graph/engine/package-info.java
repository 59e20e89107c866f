/**
 * Runs pipelines over a work queue: {@link dev.stygian.graph.engine.Worker} leases, executes and
 * completes; the executors submit and gather. Imports every other package.
 */
@NullMarked
package dev.stygian.graph.engine;

import org.jspecify.annotations.NullMarked;
