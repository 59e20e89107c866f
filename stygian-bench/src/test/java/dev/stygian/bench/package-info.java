/** What holds for the whole module. */
@NullMarked
package dev.stygian.bench;

import org.jspecify.annotations.NullMarked;
