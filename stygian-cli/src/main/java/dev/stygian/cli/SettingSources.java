package dev.stygian.cli;

import dev.stygian.cli.Setting.Source;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.settings.Environment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where settings come from, the strongest first: command line, environment, pipeline file, default.
 *
 * @param stated the keys of {@code [execution]} that the file states
 * @param fileName the pipeline file, as the origin of what it sets
 */
record SettingSources(Environment environment, Set<String> stated, String fileName) {

  /**
   * One setting.
   *
   * @param option and {@code fromOption}: the command line's value; {@code null} where it is silent
   * @param variables in the order in which they are asked
   * @param fromFile the file's value, or the default where the file is silent
   */
  <T> Setting<T> pick(
      String name,
      String option,
      @Nullable T fromOption,
      List<String> variables,
      Function<String, T> read,
      T fromFile) {
    if (fromOption != null) {
      return new Setting<>(name, fromOption, Source.COMMAND_LINE, option);
    }
    return variables.stream()
        .flatMap(variable -> fromEnvironment(name, variable, read).stream())
        .findFirst()
        .orElseGet(() -> fileOrDefault(name, fromFile));
  }

  <T> Setting<T> fileOrDefault(String name, T value) {
    return stated.contains(name)
        ? new Setting<>(name, value, Source.FILE, fileName)
        : Setting.ofDefault(name, value);
  }

  private <T> Optional<Setting<T>> fromEnvironment(
      String name, String variable, Function<String, T> read) {
    Optional<String> text = environment.value(variable).filter(v -> !v.isBlank());
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      T value = read.apply(text.get().strip());
      return Optional.of(new Setting<>(name, value, Source.ENVIRONMENT, variable));
    } catch (SettingInvalidException e) {
      throw new SettingInvalidException(
          "the environment variable " + variable + ": " + e.getMessage(), e);
    }
  }
}
