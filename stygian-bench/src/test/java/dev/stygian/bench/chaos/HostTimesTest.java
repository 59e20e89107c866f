package dev.stygian.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HostTimesTest {
  private static final int PACED = 0;
  private static final int BUSY = 1;

  private final HostTimes hosts =
      new HostTimes(
          List.of(
              new HostTimes.Pace("paced", Duration.ofMillis(400), 2),
              new HostTimes.Pace("busy", Duration.ZERO, 2)));

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  private List<String> wrong() {
    return hosts.findings().stream()
        .filter(finding -> !finding.isTrue())
        .map(Finding::detail)
        .toList();
  }

  @Test
  void aHostThatIsVisitedAtItsPaceIsAllRight() {
    hosts.begun(PACED, millis(800));
    hosts.begun(PACED, millis(0));
    hosts.begun(PACED, millis(400));
    hosts.begun(BUSY, millis(0));
    hosts.begun(BUSY, millis(1));

    assertThat(wrong()).isEmpty();
  }

  @Test
  void twoVisitsWithinAnIntervalAreFound() {
    hosts.begun(PACED, millis(1_390));
    hosts.begun(PACED, millis(1_000));

    assertThat(wrong()).containsExactly("paced was visited twice within 390.0 ms");
  }

  @Test
  void oneVisitTooManyAtOnceIsFound() {
    hosts.seen(BUSY, millis(0), millis(100));
    hosts.seen(BUSY, millis(10), millis(60));
    hosts.seen(BUSY, millis(50), millis(90));

    assertThat(wrong()).containsExactly("busy had 3 visits at once instead of 2");
  }

  @Test
  void aVisitThatBeginsWhenAnotherEndsIsNotBesideIt() {
    hosts.seen(BUSY, millis(0), millis(100));
    hosts.seen(BUSY, millis(10), millis(60));
    hosts.seen(BUSY, millis(60), millis(90));

    assertThat(wrong()).isEmpty();
  }
}
