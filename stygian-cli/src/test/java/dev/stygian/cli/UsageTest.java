package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program says to somebody who types. */
final class UsageTest {
  /** Everything that the design names for this stage. */
  private static final List<String> COMMANDS =
      List.of(
          "run",
          "submit",
          "worker",
          "status",
          "why",
          "receipt",
          "await",
          "results",
          "cancel",
          "pause",
          "resume",
          "set",
          "dead",
          "queues",
          "hosts",
          "check",
          "graph",
          "services",
          "doctor");

  private static final List<String> LETTER_COMMANDS = List.of("list", "show", "replay", "drop");

  @TempDir private Path folder;

  private Cli cli() {
    return Cli.in(folder);
  }

  static Stream<List<String>> commands() {
    return Stream.concat(
        COMMANDS.stream().map(List::of), LETTER_COMMANDS.stream().map(c -> List.of("dead", c)));
  }

  private static String[] words(List<String> command, String more) {
    return Stream.concat(command.stream(), Stream.of(more)).toArray(String[]::new);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpOfEveryCommandHasAnExampleThatCanBePasted(List<String> command) {
    Cli.Ended help = cli().run(words(command, "--help")).withCode(ExitCode.OK);

    assertThat(help.err()).isEmpty();
    String name = "stygian " + String.join(" ", command);
    assertThat(help.out()).startsWith("Usage: " + name);
    List<String> example =
        help.out().lines().dropWhile(l -> !l.equals("Example:")).skip(1).toList();
    assertThat(example).isNotEmpty();
    assertThat(example).as("no line of the example is broken").allMatch(l -> l.startsWith("  "));
    assertThat(String.join("\n", example)).contains(name + " ");
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void helpListsEveryCommandWithASentence() {
    Cli.Ended help = cli().run("--help").withCode(ExitCode.OK);

    COMMANDS.forEach(
        command -> assertThat(help.out()).containsPattern("(?m)^  " + command + " +[A-Z].*\\.$"));
    assertThat(help.out()).contains("Exit codes: 0 all done, 1 some");
    assertThat(help.out()).doesNotContain("\u001b");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandTellsTheProgramsVersion(List<String> command) {
    String version = cli().run("--version").withCode(ExitCode.OK).out();

    assertThat(version).matches("stygian \\S+\n");
    assertThat(cli().run(words(command, "--version")).withCode(ExitCode.OK).out())
        .isEqualTo(version);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void unknownOptionIsNamed(List<String> command) {
    Cli.Ended ended = cli().run(words(command, "--bogus")).withCode(ExitCode.USAGE);

    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).startsWith("stygian: Unknown option: '--bogus'");
    assertThat(ended.err()).contains("See `stygian " + String.join(" ", command) + " --help`.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bench", "chaos"})
  void whatOnlyACheckoutHasSaysWhereItIs(String command) {
    assertThat(cli().run("--help").withCode(ExitCode.OK).out()).contains("  " + command + " ");
    assertThat(cli().run(command, "--help").withCode(ExitCode.OK).out())
        .contains("stygian " + command + " --help");

    Cli.Ended ended = cli().run(command, "--seed", "4711", "--json").withCode(ExitCode.USAGE);

    assertThat(ended.err().lines()).hasSize(1);
    assertThat(ended.err())
        .contains("source checkout")
        .contains("`./stygian " + command + " --seed 4711 --json`");
  }

  @Test
  void mistypedOptionIsSuggested() {
    Cli.Ended ended =
        cli().run("run", "books.toml", "--outptu", "x.jsonl").withCode(ExitCode.USAGE);

    assertThat(ended.err()).contains("--output");
  }

  @Test
  void mistypedCommandIsSuggested() {
    Cli.Ended ended = cli().run("statu", "books-7f3a").withCode(ExitCode.USAGE);

    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).startsWith("stygian: ").contains("statu").contains("stygian status");
    assertThat(ended.err()).contains("See `stygian --help`.");
  }

  @Test
  void mistypedLetterCommandIsSuggested() {
    Cli.Ended ended = cli().run("dead", "lst").withCode(ExitCode.USAGE);

    assertThat(ended.err()).contains("Did you mean: stygian dead list?");
  }

  @Test
  void noCommandIsAUsageError() {
    Cli.Ended ended = cli().run().withCode(ExitCode.USAGE);

    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains("Name a command").contains("stygian --help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "submit", "check", "graph"})
  void missingPipelineIsAUsageError(String command) {
    Cli.Ended ended = cli().run(command).withCode(ExitCode.USAGE);

    assertThat(ended.err()).startsWith("stygian: Missing required parameter: 'PIPELINE'.\n");
    assertThat(ended.err()).contains("See `stygian " + command + " --help`.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "submit", "check", "graph"})
  void pipelineFileThatIsNotThereIsNamed(String command) {
    String error = cli().run(command, "nope.toml").withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains("nope.toml").contains("there is no such file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "submit", "check", "graph"})
  void pipelineThatIsAFolderIsNamed(String command) {
    cli().write("books/books.toml", Pipelines.NOOP);

    String error = cli().run(command, "books").withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains("books");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status", "why", "receipt", "await", "results", "cancel", "pause", "resume", "hosts"
      })
  void missingRunIsAUsageError(String command) {
    Cli.Ended ended = cli().run(command).withCode(ExitCode.USAGE);

    assertThat(ended.err()).startsWith("stygian: Missing required parameter: 'RUN'.\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status", "why", "receipt", "await", "results", "cancel", "pause", "resume", "hosts"
      })
  void commandWithoutAQueueSaysHowToNameOne(String command) {
    String error = cli().run(command, "books-7f3a").withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains("--queue redis://HOST:PORT").contains("REDIS_URL");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"foo", "http://127.0.0.1:6379", "redis://", "redis:/x", "redis://host:port"})
  void queueThatIsNoAddressIsAUsageError(String url) {
    String error = cli().run("status", "r", "--queue", url).withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains("redis://HOST:PORT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "many", "10001", "1.5", ""})
  void workersThatCannotBeAreAUsageError(String workers) {
    cli().write("p.toml", Pipelines.NOOP);

    Cli.Ended ended = cli().run("run", "p.toml", "https://a.example", "--workers", workers);

    assertThat(ended.withCode(ExitCode.USAGE).out()).isEmpty();
    assertThat(ended.err()).contains("workers").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1001", "two"})
  void processesThatCannotBeAreAUsageError(String processes) {
    cli().write("p.toml", Pipelines.NOOP);

    Cli.Ended ended = cli().run("run", "p.toml", "https://a.example", "--processes", processes);

    assertThat(ended.withCode(ExitCode.USAGE).err()).contains("processes");
  }

  @Test
  void runIdThatCannotBeIsAUsageError() {
    Cli.Ended ended = cli().run("status", "a\u0007b", "--queue", "redis://127.0.0.1:1");

    assertThat(ended.withCode(ExitCode.USAGE).err())
        .contains("\"a?b\" is no run")
        .contains("control character");
  }

  @Test
  void coloursAreForTerminalsWhoseOwnerDidNotRefuseThem() {
    Cli terminal = cli().onTerminal().with("TERM", "xterm-256color");

    assertThat(terminal.run("--help").out()).contains("\u001b[");
    assertThat(terminal.with("NO_COLOR", "1").run("--help").out()).doesNotContain("\u001b");
    assertThat(terminal.with("TERM", "dumb").run("--help").out()).doesNotContain("\u001b");
    assertThat(terminal.with("NO_COLOR", "").run("--help").out()).contains("\u001b[");
    assertThat(cli().run("--help").out()).doesNotContain("\u001b");
  }
}
