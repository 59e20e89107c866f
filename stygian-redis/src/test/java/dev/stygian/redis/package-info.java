@NullMarked
package dev.stygian.redis;

import org.jspecify.annotations.NullMarked;
