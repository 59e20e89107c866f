package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every text file of the repository keeps to and no compiler checks. Test data is exempt. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TidyTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Set<String> SKIPPED_FOLDERS =
      Set.of("target", ".git", ".stygian", ".idea", "node_modules");
  private static final Path TEST_DATA = Path.of("src", "test", "resources");
  private static final Pattern SOURCE =
      Pattern.compile(".*\\.(java|lua|sh|xml|md|toml|properties)|stygian|stygian-in-tests|run");
  private static final Pattern CODE = Pattern.compile(".*\\.(java|lua)");
  private static final Pattern LUA = Pattern.compile(".*\\.lua");
  private static final Pattern DOCUMENT = Pattern.compile(".*\\.(md|toml|sh)");

  // in two parts, so that this file passes its own test
  private static final Pattern LEFT_UNDONE =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w.~-])/(home|root|Users|work)/[\\w.-]+");
  private static final int MAX_FILE_LINES = 500;

  private record SourceFile(Path path, List<String> lines) {
    static SourceFile read(Path path) {
      try {
        return new SourceFile(path, Files.readAllLines(path));
      } catch (IOException e) {
        throw new AssertionError(path + " is not readable as UTF-8", e);
      }
    }

    boolean isNamed(Pattern name) {
      return name.matcher(path.getFileName().toString()).matches();
    }

    /** The places of the lines that match, in the form that editors turn into links. */
    Stream<String> places(Predicate<String> line) {
      return IntStream.range(0, lines.size())
          .filter(i -> line.test(lines.get(i)))
          .mapToObj(i -> ROOT.relativize(path) + ":" + (i + 1) + ": " + lines.get(i).strip());
    }
  }

  private List<SourceFile> files = List.of();

  @BeforeAll
  void readTheRepository() throws IOException {
    var found = new ArrayList<SourceFile>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return SKIPPED_FOLDERS.contains(folder.getFileName().toString())
                    || folder.endsWith(TEST_DATA)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (SOURCE.matcher(file.getFileName().toString()).matches()) {
              found.add(SourceFile.read(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files = found;
    assertThat(files).as("the repository around " + ROOT).hasSizeGreaterThan(20);
  }

  @Test
  void noLineHoldsATab() {
    assertThat(places(SOURCE, line -> line.contains("\t"))).isEmpty();
  }

  @Test
  void noLineEndsInWhiteSpace() {
    assertThat(places(SOURCE, line -> !line.equals(line.stripTrailing()))).isEmpty();
  }

  @Test
  void nothingIsLeftForLater() {
    assertThat(places(SOURCE, line -> LEFT_UNDONE.matcher(line).find())).isEmpty();
  }

  @Test
  void noDocumentNamesAFolderOfOneMachine() {
    assertThat(places(DOCUMENT, line -> MACHINE_PATH.matcher(line).find())).isEmpty();
  }

  @Test
  void everyLuaScriptOpensWithAComment() {
    assertThat(files)
        .filteredOn(file -> file.isNamed(LUA))
        .filteredOn(file -> file.lines().isEmpty() || !file.lines().getFirst().startsWith("--"))
        .extracting(SourceFile::path)
        .isEmpty();
  }

  /** The comment that opens a longer file's first type has to say so: "Long because …". */
  @Test
  void aLongFileSaysWhy() {
    assertThat(files)
        .filteredOn(file -> file.isNamed(CODE))
        .filteredOn(file -> file.lines().size() > MAX_FILE_LINES)
        .filteredOn(file -> file.places(line -> line.contains("Long because")).findAny().isEmpty())
        .extracting(SourceFile::path)
        .isEmpty();
  }

  private List<String> places(Pattern name, Predicate<String> line) {
    return files.stream()
        .filter(file -> file.isNamed(name))
        .flatMap(file -> file.places(line))
        .toList();
  }
}
