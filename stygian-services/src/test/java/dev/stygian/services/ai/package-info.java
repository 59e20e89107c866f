/**
 * Tests of {@code ai_claude}; {@link dev.stygian.services.ai.FakeMessagesApi} serves other modules
 * too.
 */
@NullMarked
package dev.stygian.services.ai;

import org.jspecify.annotations.NullMarked;
