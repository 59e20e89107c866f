package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.cli.ServedQueues.Served;
import dev.stygian.graph.error.SettingInvalidException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code --queues} takes. */
final class ServedQueuesTest {
  @Test
  void weightsShareOneRank() {
    assertThat(ServedQueues.parse("extract=10, crawl=1").all())
        .containsExactly(new Served("extract", 0, 10), new Served("crawl", 0, 1));
  }

  @Test
  void namesAloneAreServedInTheirOrder() {
    assertThat(ServedQueues.parse("urgent,usual,rest").all())
        .containsExactly(
            new Served("urgent", 0, 1), new Served("usual", 1, 1), new Served("rest", 2, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a,,b", "a=1,b", "a,b=1", "=1", "a=0", "a=1001", "a=many", "a,a"})
  void whatIsNeitherIsRefused(String text) {
    assertThatThrownBy(() -> ServedQueues.parse(text)).isInstanceOf(SettingInvalidException.class);
  }
}
