@NullMarked
package dev.stygian.bench.micro;

import org.jspecify.annotations.NullMarked;
