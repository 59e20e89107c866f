/**
 * A pipeline file and what it means: {@link dev.stygian.graph.pipeline.PipelineParser} returns a
 * valid {@link dev.stygian.graph.pipeline.Pipeline} or every problem at once. Imports {@code
 * settings} and {@code error}.
 */
@NullMarked
package dev.stygian.graph.pipeline;

import org.jspecify.annotations.NullMarked;
