import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Formats the repository, or says what is not formatted. Java goes through google-java-format;
 * other text loses the white space at its lines' ends and closes with one line break. Test data is
 * left as it is: a test may be about just that white space.
 *
 * <p>A program of our own because the known Maven plugins format inside Maven's JVM, which may be a
 * JDK 17 that cannot parse Java 25; this runs on the toolchain's JDK, once for the whole
 * repository.
 */
final class Format {
  private static final Set<String> SKIPPED_FOLDERS =
      Set.of("target", ".git", ".stygian", ".idea", "node_modules");
  private static final Set<String> TEXT =
      Set.of("md", "xml", "toml", "lua", "sh", "yml", "yaml", "properties", "json", "css", "js");
  private static final Set<String> TEXT_WITHOUT_EXTENSION =
      Set.of("stygian", "run", "LICENSE", ".editorconfig", ".gitignore", ".gitattributes");
  private static final Path TEST_DATA = Path.of("src", "test", "resources");

  private final Formatter java =
      new Formatter(JavaFormatterOptions.builder().formatJavadoc(true).build());
  private final Path root;

  private Format(Path root) {
    this.root = root;
  }

  public static void main(String[] args) throws IOException {
    var format = new Format(Path.of(args[1]).toRealPath());
    switch (args[0]) {
      case "check" -> format.check(Path.of(args[2]));
      case "write" -> format.write();
      default -> throw new IllegalArgumentException("check or write, not \"" + args[0] + "\"");
    }
  }

  /** Leaves a report where there is something to report; the build fails on its presence. */
  private void check(Path report) throws IOException {
    var unformatted =
        changes().stream().map(change -> "  " + root.relativize(change.file())).toList();
    if (unformatted.isEmpty()) {
      Files.deleteIfExists(report);
    } else {
      System.err.println("Not formatted:\n" + String.join("\n", unformatted));
      Files.createDirectories(report.getParent());
      Files.write(report, unformatted);
    }
  }

  private void write() throws IOException {
    for (var change : changes()) {
      Files.writeString(change.file(), change.formatted());
      System.err.println("formatted " + root.relativize(change.file()));
    }
  }

  private record Change(Path file, String formatted) {}

  private List<Change> changes() throws IOException {
    return files().parallelStream().map(this::change).flatMap(Optional::stream).toList();
  }

  private Optional<Change> change(Path file) {
    try {
      var before = Files.readString(file);
      var after = isJava(file) ? java.formatSourceAndFixImports(before) : tidied(before);
      return after.equals(before) ? Optional.empty() : Optional.of(new Change(file, after));
    } catch (FormatterException e) {
      throw new IllegalStateException(
          root.relativize(file) + " cannot be parsed: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(root.relativize(file) + " cannot be read", e);
    }
  }

  private static String tidied(String text) {
    return text.isBlank()
        ? ""
        : text.lines().map(String::stripTrailing).collect(Collectors.joining("\n")).stripTrailing()
            + "\n";
  }

  private List<Path> files() throws IOException {
    var files = new ArrayList<Path>();
    Files.walkFileTree(
        root,
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
            if (attributes.isRegularFile() && (isJava(file) || isText(file))) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  private static boolean isJava(Path file) {
    return extension(file).equals("java");
  }

  private static boolean isText(Path file) {
    return TEXT.contains(extension(file))
        || TEXT_WITHOUT_EXTENSION.contains(file.getFileName().toString());
  }

  private static String extension(Path file) {
    var name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
