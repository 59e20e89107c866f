@NullMarked
package dev.stygian.graph.item;

import org.jspecify.annotations.NullMarked;
