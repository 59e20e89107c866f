package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class TroubleTest {
  @Test
  void whatBrokeIsSaidByTheDeepestCauseThatSaysAnything() {
    Trouble silent = Trouble.of(new IOException("no answer within 2 s", new TimeoutException()));

    assertThat(silent.advice()).startsWith("no connection (no answer within 2 s); is the server");
    assertThat(Trouble.of(new IOException(new TimeoutException("slow"))).advice())
        .startsWith("no connection (slow)");
    assertThat(Trouble.of(new TimeoutException()).advice()).startsWith("no connection (it broke)");
  }
}
