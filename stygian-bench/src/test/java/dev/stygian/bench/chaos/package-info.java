/** Tests of the package of the same name. */
@NullMarked
package dev.stygian.bench.chaos;

import org.jspecify.annotations.NullMarked;
