package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class StartupTrainingTest {
  @ParameterizedTest
  @FieldSource("dev.stygian.cli.StartupTraining#COMMANDS")
  void everyCommandOfTheTrainingSucceeds(List<String> command) {
    assertThat(Stygian.execute(command.toArray(String[]::new))).isZero();
  }

  @Test
  void everyQuestionOfTheTrainingIsAnswered(@TempDir Path folder) throws IOException {
    try (EmbeddedRedis server = EmbeddedRedis.start(folder.resolve("server"))) {
      for (List<String> command : StartupTraining.questions(folder, server.url())) {
        assertThat(StartupTraining.run(folder, command)).as("%s", command).isZero();
      }
    }
  }

  @Test
  void itsCrawlsReadEveryFieldInBothModes(@TempDir Path folder) throws IOException {
    for (List<String> command : StartupTraining.crawls(folder, 6, 6)) {
      assertThat(StartupTraining.run(folder, command)).as("%s", command).isZero();
    }
    assertThat(Files.readAllLines(folder.resolve("local.jsonl")))
        .hasSize(6)
        .allMatch(line -> line.contains("\"title\":\"Page "))
        .anyMatch(line -> line.contains("\"price\":") && !line.contains("\"price\":null"));
  }
}
