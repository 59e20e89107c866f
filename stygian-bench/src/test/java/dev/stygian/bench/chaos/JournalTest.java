package dev.stygian.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
  @TempDir Path folder;

  /** A task whose lease is lost is interrupted, maybe in the middle of this. */
  @Test
  void anInterruptedTaskLeavesItToTheOthers() throws Exception {
    try (Journal journal = Journal.create(folder)) {
      Thread.currentThread().interrupt();
      journal.begin(1, 0, 1);
      assertThat(Thread.interrupted()).isTrue();

      assertThat(journal.begin(2, 0, 1)).isNotNull();
    }
    assertThat(bytes()).isEqualTo(2 * Journal.ENTRY_BYTES);
  }

  private long bytes() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return Files.size(files.findFirst().orElseThrow());
    }
  }
}
