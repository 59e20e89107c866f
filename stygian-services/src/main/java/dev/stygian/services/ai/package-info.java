/**
 * Language models as services. Start at {@link dev.stygian.services.ai.ClaudeService}: it reads its
 * {@code ClaudeSettings}, makes the predecessor's output an {@code ModelInput} (HTML by {@code
 * ReadableText}), asks the Messages API through {@code MessagesTransport} and checks the answer
 * with {@code AnswerSchema}. Imports {@code graph.service} and what that imports.
 */
@NullMarked
package dev.stygian.services.ai;

import org.jspecify.annotations.NullMarked;
