/** Placeholder until the first class of this module names what lives here. */
@NullMarked
package dev.stygian.services;

import org.jspecify.annotations.NullMarked;
