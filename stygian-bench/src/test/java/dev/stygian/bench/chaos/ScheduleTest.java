package dev.stygian.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
  private static final Duration LENGTH = Duration.ofMinutes(10);
  private static final int WORKERS = 3;

  private static Schedule schedule(long seed) {
    return Schedule.of(seed, 1_000, LENGTH, WORKERS);
  }

  @Test
  void theSameSeedGivesTheSameSchedule() {
    assertThat(schedule(4711)).isEqualTo(schedule(4711));
    assertThat(schedule(4711)).isNotEqualTo(schedule(4712));
  }

  /** Who replays a failure has the numbers of that day, on any JDK and any machine. */
  @Test
  void aSeedMeansTheSameForEver() {
    assertThat(Schedule.of(4711, 4, Duration.ofMinutes(1), WORKERS).faults())
        .extracting(Fault::toString)
        .containsExactly(
            "   1    1.188 s  KILL_SUBMITTER",
            "   2   10.325 s  PAUSE_SERVER for 2.979 s",
            "   3   10.835 s  PAUSE_WORKER of 2 for 3.475 s",
            "   4   11.223 s  DELAY for 3.696 s by 98 ms");
  }

  @Test
  void faultsAreInTheOrderOfTheirTimesAndWithinThem() {
    List<Fault> faults = schedule(1).faults();

    assertThat(faults)
        .hasSize(1_000)
        .isSortedAccordingTo((a, b) -> Long.compare(a.atMillis(), b.atMillis()));
    assertThat(faults)
        .extracting(Fault::number)
        .isEqualTo(IntStream.rangeClosed(1, 1_000).boxed().toList());
    assertThat(faults).allMatch(fault -> fault.atMillis() < LENGTH.toMillis());
    assertThat(faults)
        .allMatch(fault ->
            fault.lastsMillis() >= fault.kind().shortestMillis()
                && fault.lastsMillis() <= fault.kind().longestMillis());
  }

  @Test
  void everyKindIsDrawn() {
    assertThat(schedule(1).faults()).extracting(Fault::kind).contains(FaultKind.values());
  }

  @Test
  void theServerHasOneTroubleAtATime() {
    long free = 0;
    for (Fault fault : schedule(2).faults()) {
      if (fault.kind().stopsEverything()) {
        assertThat(fault.atMillis()).as(fault.toString()).isGreaterThanOrEqualTo(free);
        free = fault.endMillis();
      }
    }
  }

  @Test
  void oneWorkerIsAlwaysLeftAlone() {
    long[] busyUntil = new long[WORKERS];
    for (Fault fault : schedule(3).faults()) {
      boolean hitsOne =
          fault.kind().victim() == FaultKind.Victim.WORKER
              || (fault.kind().victim() == FaultKind.Victim.LINK && fault.target() < WORKERS);
      if (hitsOne) {
        busyUntil[fault.target()] = fault.endMillis();
      }
      assertThat(Arrays.stream(busyUntil).filter(until -> until > fault.atMillis()).count())
          .as(fault.toString())
          .isLessThan(WORKERS);
    }
  }

  @Test
  void aPlanTellsItsTimetableAndItsCommand() {
    ChaosPlan plan = Plans.of(2, 60);

    assertThat(plan.timetable().lines()).hasSize(60);
    assertThat(plan.command()).contains("--seed 2 ").contains("--faults 60 ");
  }
}
