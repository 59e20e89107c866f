/**
 * What can break. One sealed root, {@link dev.stygian.graph.error.StygianException}; its leaves
 * carry data, not only text. Expected endings (a retry, a dead letter, a lost lease) are values of
 * the queue and the services, never exceptions. Imports nothing of this project.
 */
@NullMarked
package dev.stygian.graph.error;

import org.jspecify.annotations.NullMarked;
