/**
 * The work queue port, {@link dev.stygian.graph.queue.WorkQueue}, its values and its in-process
 * adapter. The queue knows tasks, lanes and runs; it knows no pipeline. Imports {@code item},
 * {@code settings} and {@code error}.
 */
@NullMarked
package dev.stygian.graph.queue;

import org.jspecify.annotations.NullMarked;
