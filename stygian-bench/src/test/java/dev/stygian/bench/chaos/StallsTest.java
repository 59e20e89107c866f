package dev.stygian.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StallsTest {
  private static final long SECOND = 1_000_000_000;

  private final Stalls stalls = new Stalls();

  private void seen(long moved, double atSeconds) {
    long nanos = (long) (atSeconds * SECOND);
    stalls.seen(moved, nanos, nanos);
  }

  private void begins(FaultKind kind, double atSeconds) {
    stalls.begins(kind, (long) (atSeconds * SECOND));
  }

  private void ends(FaultKind kind, double atSeconds) {
    stalls.ends(kind, (long) (atSeconds * SECOND));
  }

  @Test
  void aStallLastsFromTheFaultsEndToTheNextProgress() {
    begins(FaultKind.KILL_SERVER, 9.5);
    ends(FaultKind.KILL_SERVER, 10);
    seen(5, 10.5);
    seen(5, 11);
    seen(6, 12);
    seen(7, 20);

    assertThat(stalls.longestSeconds(FaultKind.KILL_SERVER)).hasValue(2);
    assertThat(stalls.longestSecondsAfterTheServersReturn()).hasValue(2);
    assertThat(stalls.longestSeconds(FaultKind.CUT)).isEmpty();
    assertThat(stalls.cutShort()).isEqualTo("stalls cut short by the server's next trouble: 0");
  }

  /** What had moved before the fault, and nobody had seen yet, is no sign of life after it. */
  @Test
  void whatTheFirstLookFindsIsNoProgress() {
    seen(5, 9);
    begins(FaultKind.KILL_SERVER, 9.5);
    ends(FaultKind.KILL_SERVER, 10);
    seen(8, 10.1);
    seen(9, 13);

    assertThat(stalls.longestSeconds(FaultKind.KILL_SERVER)).hasValue(3);
  }

  @Test
  void theNextTroubleOfTheServerEndsTheMeasurement() {
    begins(FaultKind.CUT, 10);
    ends(FaultKind.CUT, 10);
    seen(5, 10);
    begins(FaultKind.PAUSE_SERVER, 10.75);
    seen(5, 11);
    ends(FaultKind.PAUSE_SERVER, 12);
    seen(5, 12);
    seen(6, 12.5);

    assertThat(stalls.longestSeconds(FaultKind.CUT)).isEmpty();
    assertThat(stalls.longestSeconds(FaultKind.PAUSE_SERVER)).hasValue(0.5);
    assertThat(stalls.cutShort())
        .isEqualTo("stalls cut short by the server's next trouble: 1, the longest after 0.75 s");
  }

  @Test
  void theLongestCounts() {
    for (double end : new double[] {10, 20}) {
      begins(FaultKind.KILL_WORKER, end);
      ends(FaultKind.KILL_WORKER, end);
      seen((long) end, end);
      seen((long) end + 1, end + end / 10);
    }

    assertThat(stalls.longestSeconds(FaultKind.KILL_WORKER)).hasValue(2);
    assertThat(stalls.longestSecondsAfterTheServersReturn()).isEmpty();
  }
}
