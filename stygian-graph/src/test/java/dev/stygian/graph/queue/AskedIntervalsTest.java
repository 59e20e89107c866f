package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the sites ask for that count as one host. */
final class AskedIntervalsTest {
  private static final long DAY = Duration.ofDays(1).toMillis();

  private final AskedIntervals asked = new AskedIntervals();

  @Test
  void whatASiteSaysLastIsWhatItAsksFor() {
    asked.ask("a", 50, 1);
    asked.ask("b", 20, 2);
    asked.ask("a", 10, 3);
    assertThat(asked.longestMillis()).isEqualTo(20);

    asked.ask("b", 0, 4);
    assertThat(asked.longestMillis()).isEqualTo(10);
    asked.ask("a", 0, 5);
    assertThat(asked.longestMillis()).isZero();
  }

  @Test
  void aSiteThatSaysNothingForTwoDaysIsForgotten() {
    asked.ask("a", 50, 0);
    asked.ask("b", 20, 0);
    asked.ask("b", 20, DAY);

    asked.forgetOld(2 * DAY - 1);
    assertThat(asked.longestMillis()).isEqualTo(50);
    asked.forgetOld(2 * DAY);
    assertThat(asked.longestMillis()).isEqualTo(20);
  }

  @Test
  void ofManyThoseThatAskForTheLeastAreForgottenUntilTheyAskAgain() {
    int sites = AskedIntervals.MOST_SITES + 3;
    for (int site = 1; site <= sites; site++) {
      asked.ask("s" + site, site, 0);
    }
    for (int site = sites; site > 3; site--) {
      assertThat(asked.longestMillis()).isEqualTo(site);
      asked.ask("s" + site, 0, 1);
    }
    assertThat(asked.longestMillis()).as("what the first three ask for").isZero();

    asked.ask("s3", 3, 2);
    assertThat(asked.longestMillis()).isEqualTo(3);
  }
}
