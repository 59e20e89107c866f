/**
 * A setting, its type, its bounds, its default and its sources: durations, sizes, the schema of a
 * node's config, the checked config itself and the canonical form of JSON. Start at {@link
 * dev.stygian.graph.settings.ConfigSchema}. Imports {@code error}.
 */
@NullMarked
package dev.stygian.graph.settings;

import org.jspecify.annotations.NullMarked;
