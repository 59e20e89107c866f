package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class StartupTrainingTest {
  @ParameterizedTest
  @FieldSource("dev.stygian.cli.StartupTraining#COMMANDS")
  void everyCommandOfTheTrainingSucceeds(List<String> command) {
    assertThat(Stygian.execute(command.toArray(String[]::new))).isZero();
  }
}
