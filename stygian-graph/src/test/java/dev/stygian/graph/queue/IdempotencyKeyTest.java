package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import org.junit.jupiter.api.Test;

final class IdempotencyKeyTest {
  @Test
  void isTheSameForTheSamePipelineAndInput() {
    IdempotencyKey key = IdempotencyKey.fromInput("pipeline-1", "https://example.com/item/42");

    assertThat(IdempotencyKey.fromInput("pipeline-1", "https://example.com/item/42"))
        .isEqualTo(key);
    assertThat(key.toString()).hasSize(48);
    assertThat(IdempotencyKey.fromInput("pipeline-2", "https://example.com/item/42"))
        .isNotEqualTo(key);
  }

  @Test
  void doesNotDependOnTheOrderOfAnObjectsKeys() {
    assertThat(IdempotencyKey.fromInput("p", Json.parse("{\"a\":1,\"b\":[2.0,\"x\"]}")))
        .isEqualTo(IdempotencyKey.fromInput("p", Json.parse("{\"b\":[2,\"x\"],\"a\":1.0}")));
  }

  @Test
  void scopesOfPartsThatJoinToTheSameTextDiffer() {
    byte[] digest = IdempotencyKey.digest(Json.parse("1"));

    assertThat(IdempotencyKey.Scope.of("ab", "c").key(digest))
        .isNotEqualTo(IdempotencyKey.Scope.of("a", "bc").key(digest));
  }
}
