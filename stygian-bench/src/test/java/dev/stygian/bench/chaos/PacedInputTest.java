package dev.stygian.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PacedInputTest {
  @Test
  void itemsAreDueEvenly() {
    PacedInput input = new PacedInput(1_000, Duration.ofSeconds(10));

    assertThat(input.due(0)).isEqualTo(PacedInput.FIRST_ITEMS);
    assertThat(input.due(Duration.ofSeconds(5).toNanos())).isEqualTo(500);
    assertThat(input.due(Duration.ofSeconds(11).toNanos())).isEqualTo(1_000);
  }

  @Test
  void whoBeginsAgainGetsAllOfThem() throws Exception {
    PacedInput input = new PacedInput(3, Duration.ofMillis(1));
    input.begin();
    input.feed(new ByteArrayOutputStream());
    ByteArrayOutputStream again = new ByteArrayOutputStream();

    input.feed(again);

    assertThat(again.toString(StandardCharsets.UTF_8))
        .isEqualTo("{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n");
  }
}
