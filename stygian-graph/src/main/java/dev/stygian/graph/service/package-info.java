/**
 * The port that services implement, {@link dev.stygian.graph.service.ScrapingService}, and the
 * registry that finds them. A service knows no queue. Imports {@code item}, {@code settings} and
 * {@code error}.
 */
@NullMarked
package dev.stygian.graph.service;

import org.jspecify.annotations.NullMarked;
