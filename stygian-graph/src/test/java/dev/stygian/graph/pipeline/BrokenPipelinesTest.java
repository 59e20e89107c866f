package dev.stygian.graph.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stygian.graph.error.PipelineInvalidException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Golden files: each broken pipeline in {@code golden/} and, beside it, all that the parser says
 * about it. Run with {@code -Dgolden.write=true} after a change, then read every difference.
 */
class BrokenPipelinesTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden");

  static List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(FOLDER)) {
      return all.map(p -> p.getFileName().toString())
          .filter(n -> n.endsWith(".toml") || n.endsWith(".json"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void reportsExactlyWhatIsExpected(String name) throws IOException {
    String text = Files.readString(FOLDER.resolve(name));
    Path expected = FOLDER.resolve(name.substring(0, name.lastIndexOf('.')) + ".expected");
    PipelineInvalidException thrown =
        catchThrowableOfType(
            PipelineInvalidException.class,
            () -> TestServices.parser().parse(text, name, PipelineFormat.of(name)));
    assertThat(thrown).as("%s is accepted", name).isNotNull();
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(expected, thrown.getMessage() + "\n");
    }
    assertThat(thrown.getMessage() + "\n").isEqualTo(Files.readString(expected));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void saysEachProblemOnOneLineWithoutSecrets(String name) throws IOException {
    String expected =
        Files.readString(FOLDER.resolve(name.substring(0, name.lastIndexOf('.')) + ".expected"));
    assertThat(expected.lines()).allMatch(line -> line.matches(".+:\\d+:\\d+: .+; .+|.*\\?$"));
    assertThat(expected).doesNotContain("hunter2", "s3cr3t");
  }

  @Test
  void coverAtLeastSixtyFiles() throws IOException {
    assertThat(files()).hasSizeGreaterThanOrEqualTo(60);
  }
}
