package dev.stygian.services.ai;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8LimitTest {
  private static final String SMILE = "\uD83D\uDE00";

  @ParameterizedTest
  @ValueSource(ints = {63_999, 64_000})
  void whatFitsIsNotCut(int length) {
    String text = "x".repeat(length);

    assertThat(Utf8Limit.of(text, 64_000)).isEqualTo(new Utf8Limit(text, false));
  }

  @Test
  void oneByteTooManyIsCut() {
    assertThat(Utf8Limit.of("x".repeat(64_001), 64_000))
        .isEqualTo(new Utf8Limit("x".repeat(64_000), true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u00e9", "\u20ac", SMILE})
  void aCharacterOverTheBoundaryIsLeftOutWhole(String wide) {
    String text = "x".repeat(63_999) + wide;

    assertThat(Utf8Limit.of(text, 64_000)).isEqualTo(new Utf8Limit("x".repeat(63_999), true));
  }

  @Test
  void theLimitCountsBytesNotCharacters() {
    assertThat(Utf8Limit.of("\u20ac".repeat(21_334), 64_000).text()).hasSize(21_333);
    assertThat(Utf8Limit.of(SMILE.repeat(16_000), 64_000).cut()).isFalse();
    assertThat(Utf8Limit.of(SMILE.repeat(16_001), 64_000).text()).isEqualTo(SMILE.repeat(16_000));
  }

  @Test
  void everyCutOfRandomTextIsAPrefixThatFitsAndLeavesNoRoom() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int c = random.nextInt(40); c > 0; c--) {
        text.appendCodePoint(
            switch (random.nextInt(4)) {
              case 0 -> 'a';
              case 1 -> 0xe9;
              case 2 -> 0x20ac;
              default -> 0x1f600;
            });
      }
      int max = random.nextInt(60);
      Utf8Limit limit = Utf8Limit.of(text.toString(), max);

      assertThat(text.toString()).as("seed %s", seed).startsWith(limit.text());
      assertThat(bytes(limit.text())).as("seed %s", seed).isLessThanOrEqualTo(max);
      assertThat(limit.cut()).isEqualTo(limit.text().length() < text.length());
      if (limit.cut()) {
        int next = text.codePointAt(limit.text().length());
        assertThat(bytes(limit.text() + Character.toString(next))).isGreaterThan(max);
      }
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
