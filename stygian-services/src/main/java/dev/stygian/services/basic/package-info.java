/**
 * Services that reach nothing outside: {@link dev.stygian.services.basic.NoopService} and {@link
 * dev.stygian.services.basic.DelayService}, for trying out pipelines, tests and benchmarks. Imports
 * {@code graph.service} and {@code graph.settings}.
 */
@NullMarked
package dev.stygian.services.basic;

import org.jspecify.annotations.NullMarked;
