/**
 * Blob stores that need a client of their own: {@link dev.stygian.services.blob.S3Blobs}. Nothing
 * here is loaded before somebody asks for such a store. Imports {@code graph.item}, {@code
 * graph.settings} and {@code graph.error}.
 */
@NullMarked
package dev.stygian.services.blob;

import org.jspecify.annotations.NullMarked;
