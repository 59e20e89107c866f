package dev.stygian.graph.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.error.PipelineInvalidException;
import dev.stygian.graph.error.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.Test;

/** Whatever it is given, the parser answers with a pipeline or with a list of problems. */
class ParserFuzzTest {
  private static final String GOOD_TOML =
      """
      id = "books"
      [execution]
      queue = "redis://:${env:PASSWORD}@localhost:6379"
      visibility_timeout = "10s"
      [input]
      urls = ["https://example.com/", 'https://example.com/ü']
      [output]
      file = "books.jsonl"
      [[nodes]]
      id = "fetch"
      service = "http"
      config = { headers = { Accept = "text/html" }, redirects = 3, max_body = "5 MB" }
      [[nodes]]
      id = "extract"
      service = "extract"
      depends_on = ["fetch"]
      [nodes.config.fields]
      title = "h1"
      links = { css = "a", all = true, default = [1, 2.5, false] }
      [[edges]]
      from = "fetch"
      to = "extract"
      """;

  private static final List<String> PIECES =
      List.of(
          "[",
          "]",
          "[[",
          "]]",
          "{",
          "}",
          "=",
          ",",
          "\"",
          "'",
          "\"\"\"",
          "\n",
          "#",
          ".",
          "\\u",
          "id",
          "nodes",
          "[[nodes]]\n",
          "[execution]\n",
          "edges",
          "config",
          "service",
          "\"http\"",
          "\"a\"",
          "1",
          "-",
          "e9",
          "nan",
          "true",
          "null",
          ":",
          "2020-01-01",
          "${env:",
          "\ud83d\ude00",
          "\u0000",
          "depends_on = [\"a\"]\n",
          "id = \"a\"\n",
          "service = \"noop\"\n");

  private static void assertAnswered(String text) {
    for (PipelineFormat format : PipelineFormat.values()) {
      try {
        Pipeline pipeline = TestServices.parser().parse(text, "fuzz", format);
        Topology.of(pipeline);
        String stored = PipelineText.of(pipeline);
        assertThat(
                PipelineText.of(
                    PipelineParser.ofCheckedPipelines().parse(stored, "fuzz", PipelineFormat.JSON)))
            .isEqualTo(stored);
      } catch (PipelineInvalidException e) {
        assertThat(e.problems()).isNotEmpty().allMatch(p -> isInPlace(p, text));
      }
    }
  }

  private static boolean isInPlace(Problem problem, String text) {
    long lines = text.chars().filter(c -> c == '\n' || c == '\r').count() + 1;
    return problem.line() >= 1
        && problem.line() <= lines
        && problem.column() >= 1
        && !problem.message().isBlank()
        && problem.message().lines().count() == 1;
  }

  @Property
  void answersAnyText(@ForAll @StringLength(max = 200) String text) {
    assertAnswered(text);
  }

  @Property
  void answersAnyMixOfTheFormatsPieces(@ForAll long seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(40); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
      if (random.nextBoolean()) {
        text.append(' ');
      }
    }
    assertAnswered(text.toString());
  }

  @Property
  void answersGoodFilesWithDamagedBytes(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = (random.nextBoolean() ? GOOD_TOML : goodJson()).getBytes(UTF_8);
    for (int i = 1 + random.nextInt(4); i > 0 && bytes.length > 1; i--) {
      bytes = damaged(bytes, random);
    }
    assertAnswered(new String(bytes, UTF_8));
  }

  private static byte[] damaged(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length);
    int to = Math.min(bytes.length, from + 1 + random.nextInt(20));
    byte[] before = Arrays.copyOf(bytes, from);
    byte[] part = Arrays.copyOfRange(bytes, from, to);
    byte[] after = Arrays.copyOfRange(bytes, to, bytes.length);
    return switch (random.nextInt(4)) {
      case 0 -> joined(before, after);
      case 1 -> joined(before, part, part, after);
      case 2 -> joined(before, part, after, part);
      default -> {
        byte[] flipped = bytes.clone();
        flipped[from] ^= (byte) (1 << random.nextInt(8));
        yield flipped;
      }
    };
  }

  private static byte[] joined(byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(p -> p.length).sum();
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static String goodJson() {
    return PipelineText.of(
        TestServices.parser().parse(GOOD_TOML, "books.toml", PipelineFormat.TOML));
  }

  @Property(tries = 200)
  void answersFilesOfAnyBytes(@ForAll byte[] bytes) throws IOException {
    Path file = Files.createTempFile("fuzz", ".toml");
    created.add(file);
    Files.write(file, bytes);
    try {
      assertThat(TestServices.parser().parse(file).nodes()).isNotEmpty();
    } catch (PipelineInvalidException e) {
      assertThat(e.problems()).isNotEmpty();
    }
  }

  private static final List<Path> created = new ArrayList<>();

  @AfterProperty
  void deleteFiles() {
    created.forEach(file -> {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    created.clear();
  }

  @Test
  void answersWhatIsNestedWithoutEnd() {
    for (String opening :
        List.of(
            "[", "{", "{a=", "x=[", "[a.", "a.", "x = {a = ", "[[x]]\n", "{\"a\":", "[{\"a\":")) {
      assertAnswered(opening.repeat(50_000));
      assertAnswered("nodes = " + opening.repeat(50_000));
    }
  }
}
