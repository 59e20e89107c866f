/**
 * The command line: a class per command, joined by {@link dev.stygian.cli.Stygian}, where to start.
 * The only package that writes to the standard streams. Imports every other package.
 */
@NullMarked
package dev.stygian.cli;

import org.jspecify.annotations.NullMarked;
