/**
 * An item (one input of a run), canonical JSON and the bytes that travel: {@link
 * dev.stygian.graph.item.Payload}. Large ones lie in a {@link dev.stygian.graph.item.BlobStore}.
 * Imports {@code settings} and {@code error}.
 */
@NullMarked
package dev.stygian.graph.item;

import org.jspecify.annotations.NullMarked;
