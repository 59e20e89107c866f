package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LeaseAheadTest {
  private static final long MILLI = 1_000_000;

  private final LeaseAhead ahead = new LeaseAhead(0);

  @Test
  void nothingIsTakenAheadBeforeAnythingHasEnded() {
    assertThat(ahead.leases(0, 10 * MILLI)).isZero();
  }

  @Test
  void shortTasksAreTakenAheadAsFarAsSomeMillisecondsReach() {
    int leases = 0;
    for (int second = 1; second <= 20; second++) {
      leases = ahead.leases(10_000L * second, 1_000 * MILLI * second);
    }

    assertThat(leases).isBetween(99, 100);
  }

  @Test
  void atMostSoManyWaitInMemory() {
    int leases = 0;
    for (int second = 1; second <= 20; second++) {
      leases = ahead.leases(1_000_000L * second, 1_000 * MILLI * second);
    }

    assertThat(leases).isEqualTo(LeaseAhead.MOST);
  }

  @Test
  void aCountThatFallsKeepsNoSlotFree() {
    assertThat(ahead.leases(-2, MILLI)).isZero();
    assertThat(ahead.leases(-5, 2 * MILLI)).isZero();
  }

  @Test
  void slowTasksAreNotTakenAhead() {
    int leases = 0;
    for (int second = 1; second <= 20; second++) {
      leases = ahead.leases(100L * second, 1_000 * MILLI * second);
    }

    assertThat(leases).isZero();
  }

  @Test
  void whenTasksBecomeSlowLessAndLessIsTakenAhead() {
    int before = ahead.leases(100_000, 1_000 * MILLI);
    int leases = before;
    for (int i = 1; i <= 20; i++) {
      int now = ahead.leases(100_000 + i, 1_000 * MILLI * (1 + i));
      assertThat(now).isLessThanOrEqualTo(leases);
      leases = now;
    }

    assertThat(before).isPositive();
    assertThat(leases).isZero();
  }
}
