/**
 * An item (one input of a run), canonical JSON and the bytes that travel: {@link
 * dev.stygian.graph.item.Payload}. Imports {@code settings} and {@code error}.
 */
@NullMarked
package dev.stygian.graph.item;

import org.jspecify.annotations.NullMarked;
