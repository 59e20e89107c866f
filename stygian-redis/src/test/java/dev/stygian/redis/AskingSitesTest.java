package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.Visit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long, and of how many sites, a server keeps what they ask for that count as one host. */
final class AskingSitesTest extends AskedQueue {
  private static final String HOST = new Keys("default").prefix() + "h:a.example";
  private static final long TWO_DAYS = Duration.ofDays(2).toMillis();

  private final NoopRun run = NoopRun.of("run");

  @BeforeEach
  void openRun() {
    run.open(queue);
  }

  private void visit(Visit.Answer answer) throws Exception {
    queue.visited(
        List.of(
            new Visit(
                run.id(), "n", "a.example", System.nanoTime(), Duration.ofMillis(5), 10, answer)));
  }

  @Test
  void aSiteThatSaysNothingForTwoDaysIsForgotten() throws Exception {
    long now = serverMillis();
    String gone = "=gone 3600000 " + (now - TWO_DAYS);
    String here = "=here 5000 " + (now - TWO_DAYS / 2);
    redis.hset(HOST, Map.of("asked", "3600000", "asking", gone + " " + here));

    visit(new Visit.Answer.Fine());

    assertThat(redis.hget(HOST, "asked")).isEqualTo("5000");
    assertThat(redis.hget(HOST, "asking")).isEqualTo(here);
  }

  @Test
  void ofManySitesThoseAreKeptThatAskForTheMost() throws Exception {
    for (int site = 1; site <= 20; site++) {
      visit(new Visit.Answer.Interval(Duration.ofMinutes(site), "s" + site));
    }

    assertThat(redis.hget(HOST, "asked")).isEqualTo("1200000");
    assertThat(redis.hget(HOST, "asking").split("=", -1))
        .hasSize(1 + 8)
        .anyMatch(kept -> kept.startsWith("s13 780000 "));
  }
}
