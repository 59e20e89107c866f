/**
 * Holds the documents to what the program does: {@link dev.stygian.cli.documentation.DocumentsTest}
 * plays every document in a shell, {@link dev.stygian.cli.documentation.ExamplesTest} runs every
 * example, and the others compare tables, links and names with the code. Start at {@code Document},
 * which says how blocks are marked.
 */
@NullMarked
package dev.stygian.cli.documentation;

import org.jspecify.annotations.NullMarked;
