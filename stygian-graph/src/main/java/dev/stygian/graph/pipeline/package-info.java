/**
 * A pipeline file and what it means: {@link dev.stygian.graph.pipeline.PipelineParser} returns a
 * valid {@link dev.stygian.graph.pipeline.Pipeline} or every problem at once. {@code TomlSource}
 * and {@code JsonSource} read a file into one positioned tree, {@code PipelineCheck} and {@code
 * EdgeCheck} find its problems, {@code Assembly} makes the pipeline. {@link
 * dev.stygian.graph.pipeline.Topology} tells the order of its nodes. Imports {@code settings} and
 * {@code error}.
 */
@NullMarked
package dev.stygian.graph.pipeline;

import org.jspecify.annotations.NullMarked;
