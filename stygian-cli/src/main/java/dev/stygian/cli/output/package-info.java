/**
 * What the commands show and where results go: {@link dev.stygian.cli.output.Console} (the streams
 * of a command), {@link dev.stygian.cli.output.ResultOutput} (where results go), the progress line
 * and tables. Start at {@code ResultOutput}. Knows no command; imports {@code graph.engine} and
 * what that imports.
 */
@NullMarked
package dev.stygian.cli.output;

import org.jspecify.annotations.NullMarked;
