package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** Results that are stored under these must be found by every later version. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"https://example.com/item/42\" | 6bdfd0eacae76cc02c1dbe5738d3670f",
        "{\"url\":\"https://shop.example/1\",\"text\":\"x\",\"n\":[1,-20,true,null,{}]}"
            + " | 536fe535876704e40cef37b35a5c1e55",
        "{\"b\":1.0,\"a\":1e3,\"z\":-0.0,\"q\":\"\\\"\\u001f\\\\\"}"
            + " | f21d30783b35772181fbdddfaf69f851",
        "{\"\\ufb33\":\"é\",\"\\ud83d\\ude00\":\"\\u20ac\",\"a\":9223372036854775808}"
            + " | 8a4f744b9d2ac430e1d0fd8a07a36dcd"
      })
  void staysWhatItWas(String input, String digest) {
    assertThat(IdempotencyKey.fromInput("p", Json.parse(input)))
        .hasToString("0cc8ecf234ffd6dc" + digest);
  }
}
