/**
 * The cases that measure single methods, with JMH: {@link dev.stygian.bench.micro.CodecCase} starts
 * it and makes a table of what it says. Imports {@code measure} and the product.
 */
@NullMarked
package dev.stygian.bench.micro;

import org.jspecify.annotations.NullMarked;
