package dev.stygian.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GcLogsTest {
  private static final double MEGABYTE = 1 << 20;

  @TempDir private Path folder;

  /** 17 M up to the first, 16 M to the second, 3 M of the young and 2 M of the old to the end. */
  @Test
  void whatWasAllocatedIsWhatCollectionsFoundMoreThanTheOnesBeforeLeft() {
    String parallel =
        """
        [0.010s][info][gc] Using Parallel
        [9.259s][info][gc] GC(0) Pause Young (Allocation Failure) 17M->4M(61M) 350.756ms
        [11.817s][info][gc] GC(1) Pause Young (Allocation Failure) 20M->3M(61M) 163.261ms
        [12.000s][info][gc,exit] Heap
        [12.000s][info][gc,exit]  PSYoungGen      total 113152K, used 3072K [0x0000000782700000, 0x000000078a500000)
        [12.000s][info][gc,exit]   eden space 97280K, 6% used [0x0000000782700000,0x0000000782cb33b0)
        [12.000s][info][gc,exit]  ParOldGen       total 258048K, used 2048K [0x0000000687400000, 0x0000000697000000)
        [12.000s][info][gc,exit]   object space 258048K, 0% used [0x0000000687400000,0x0000000687523ab8)
        [12.000s][info][gc,exit]  Metaspace       used 59K, committed 128K, reserved 1114112K
        """;

    assertThat(GcLogs.allocatedBytes(parallel.lines().toList())).isEqualTo(35 * MEGABYTE);
  }

  @Test
  void collectorsThatNameTheirHeapOtherwiseAreUnderstood() {
    String g1 =
        """
        [0.005s][info][gc] Using G1
        [8.741s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 15M->4M(64M) 148.942ms
        [8.800s][info][gc] GC(1) Concurrent Mark Cycle 20.000ms
        [9.000s][info][gc,exit]  garbage-first heap   total reserved 6172672K, committed 393216K, used 5120K [0x1, 0x2)
        [9.000s][info][gc,exit]   region size 4096K, 1 young (4096K), 0 survivors (0K)
        """;

    assertThat(GcLogs.allocatedBytes(g1.lines().toList())).isEqualTo(16 * MEGABYTE);
  }

  /** By a real JVM: its own start and the source's compiler come on top of the 64 MB. */
  @Test
  void aWholeProcessIsMeasured() throws Exception {
    WholeProcess.run(Launcher.java(Allocating.class), folder, GcLogs.environment(folder));

    assertThat(GcLogs.takeAllocatedBytes(folder)).isBetween(64 * MEGABYTE, 96 * MEGABYTE);
    assertThat(GcLogs.takeAllocatedBytes(folder)).isZero();
  }

  /** Allocates 64 MB. */
  static final class Allocating {
    private static byte[] last = {};

    private Allocating() {}

    public static void main(String[] args) {
      for (int i = 0; i < 1024; i++) {
        last = new byte[64 << 10];
      }
      System.out.println(last.length);
    }
  }
}
