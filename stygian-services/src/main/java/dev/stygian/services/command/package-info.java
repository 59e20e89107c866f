/** The service {@code command}: programs of the worker's machine. */
@NullMarked
package dev.stygian.services.command;

import org.jspecify.annotations.NullMarked;
