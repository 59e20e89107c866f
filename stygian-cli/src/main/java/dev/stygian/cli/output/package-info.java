/**
 * What the commands show and where results go: {@link dev.stygian.cli.output.Console} (the streams of
 * a command), {@link dev.stygian.cli.output.ResultFile} (an exact file of results), the progress line
 * and tables. Start at {@code ResultFile}. Knows no command; imports {@code graph.queue} and what that
 * imports.
 */
@NullMarked
package dev.stygian.cli.output;

import org.jspecify.annotations.NullMarked;
