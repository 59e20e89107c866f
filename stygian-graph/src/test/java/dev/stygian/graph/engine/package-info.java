@NullMarked
package dev.stygian.graph.engine;

import org.jspecify.annotations.NullMarked;
