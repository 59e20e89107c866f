package dev.stygian.cli.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What documents point at exists: tests, files, sections. */
final class ReferencesTest {
  private static final Pattern TEST_METHOD =
      Pattern.compile("`([A-Z]\\w*(?:Test|Contract))\\.(\\w+)`");
  private static final Pattern TEST_CLASS = Pattern.compile("`([A-Z]\\w*(?:Test|Contract))`");
  private static final Pattern SOURCE_FILE =
      Pattern.compile("`((?:[\\w.-]+/)+[\\w.-]+\\.(?:java|lua|sh|toml|md))`");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");
  private static final Pattern INVARIANT = Pattern.compile("(?m)^\\| (I\\d+) \\|(.*)$");
  private static final Pattern POINT = Pattern.compile("(?m)^\\| (\\d+) \\|(.*)$");

  private static final Pattern VARIABLE =
      Pattern.compile("\"((?:STYGIAN|REDIS|ANTHROPIC|AWS)_[A-Z0-9_]+|NO_COLOR)\"");
  private static final Pattern LAUNCHER_VARIABLE = Pattern.compile("\\$\\{(STYGIAN_[A-Z_]+)");
  private static final Pattern DOCUMENTED_VARIABLE = Pattern.compile("`([A-Z]+_[A-Z0-9_]+)`");
  private static final Pattern MESSAGE_ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\|");
  private static final Pattern FIXED_KEYS = Pattern.compile("local ([a-z, ]+) = unpack\\(KEYS\\)");
  private static final Pattern JOINED = Pattern.compile("\"\\s*\\+\\s*\"");

  private static Map<String, String> tests = Map.of();

  @BeforeAll
  static void readTheTests() throws IOException {
    Map<String, String> found = new HashMap<>();
    try (Stream<Path> modules = Files.list(Document.REPOSITORY)) {
      for (Path module : modules.toList()) {
        Path folder = module.resolve(Path.of("src", "test", "java"));
        if (Files.isDirectory(folder)) {
          try (Stream<Path> files = Files.walk(folder)) {
            files
                .filter(file -> file.toString().endsWith(".java"))
                .forEach(file -> found.put(name(file), read(file)));
          }
        }
      }
    }
    tests = found;
    assertThat(tests).containsKey("ReferencesTest");
  }

  @Test
  void everyTestThatIsNamedExists() {
    List<String> missing = new ArrayList<>();
    int named = 0;
    for (Document document : Document.all()) {
      for (MatchResult test : TEST_METHOD.matcher(document.text()).results().toList()) {
        named++;
        if (!isMethod(test.group(1), test.group(2))) {
          missing.add(document + ": " + test.group());
        }
      }
      for (MatchResult test : TEST_CLASS.matcher(document.text()).results().toList()) {
        if (!tests.containsKey(test.group(1))) {
          missing.add(document + ": " + test.group());
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(60);
  }

  @Test
  void everyInvariantNamesATestThatCarriesItsNumber() {
    List<String> bare = new ArrayList<>();
    List<MatchResult> rows =
        INVARIANT.matcher(Document.of("docs/queue-protocol.md").text()).results().toList();
    for (MatchResult row : rows) {
      String number = row.group(1) + "_";
      boolean isTested =
          TEST_METHOD
              .matcher(row.group(2))
              .results()
              .anyMatch(test -> test.group(2).contains(number));
      if (!isTested) {
        bare.add(row.group());
      }
    }
    assertThat(rows).extracting(row -> row.group(1)).contains("I1", "I7", "I10", "I15");
    assertThat(bare).isEmpty();
  }

  /** Each of the twenty-five is covered by a named test, or says that it comes later. */
  @Test
  void everyPromiseNamesATestOrSaysThatItComesLater() {
    List<MatchResult> rows =
        POINT.matcher(Document.of("docs/promises.md").text()).results().toList();
    assertThat(rows).hasSize(25);
    assertThat(rows)
        .filteredOn(
            row -> !TEST_METHOD.matcher(row.group(2)).find() && !row.group(2).contains("not yet"))
        .extracting(MatchResult::group)
        .isEmpty();
  }

  @Test
  void everyVariableThatIsReadIsDocumentedAndNoOther() {
    Set<String> read = new TreeSet<>();
    String code = sources();
    VARIABLE.matcher(code).results().forEach(v -> read.add(v.group(1)));
    String launcher = read(Document.REPOSITORY.resolve("stygian"));
    LAUNCHER_VARIABLE.matcher(launcher).results().forEach(v -> read.add(v.group(1)));
    String table = section(Document.of("docs/operating.md").text(), "Environment");
    Set<String> documented = new TreeSet<>();
    DOCUMENTED_VARIABLE.matcher(table).results().forEach(v -> documented.add(v.group(1)));
    assertThat(documented).isEqualTo(read);
  }

  /** A message that has changed is of no help to who looks it up. */
  @Test
  void everyMessageInTheTableIsOneThatTheProgramSays() {
    String table = section(Document.of("docs/operating.md").text(), "Messages");
    String code = sources();
    List<MatchResult> rows = MESSAGE_ROW.matcher(table).results().toList();
    assertThat(rows).hasSizeGreaterThan(10);
    assertThat(rows).extracting(row -> row.group(1)).allMatch(code::contains);
  }

  @Test
  void theProtocolListsEveryScriptAndEveryFixedKey() throws IOException {
    String page = Document.of("docs/queue-protocol.md").text();
    Path lua =
        Document.REPOSITORY.resolve("stygian-redis/src/main/resources/dev/stygian/redis/lua");
    List<String> scripts;
    try (Stream<Path> files = Files.list(lua)) {
      scripts =
          files
              .map(file -> String.valueOf(file.getFileName()))
              .filter(name -> name.endsWith(".lua"))
              .map(name -> name.substring(0, name.length() - ".lua".length()))
              .toList();
    }
    String operations = section(page, "Operations");
    assertThat(scripts).hasSizeGreaterThan(5).allMatch(s -> operations.contains("`" + s + "`"));

    var fixed = FIXED_KEYS.matcher(read(lua.resolve("include/keys.lua")));
    assertThat(fixed.find()).isTrue();
    String keys = section(page, "Keys");
    assertThat(fixed.group(1).split(", ", -1))
        .hasSizeGreaterThan(5)
        .allMatch(key -> keys.contains("| `" + key + "` |"));
  }

  /** All of the program's Java and Lua in one text, texts that go on in the next line joined. */
  private static String sources() {
    StringBuilder all = new StringBuilder();
    for (String module :
        List.of("stygian-graph", "stygian-redis", "stygian-services", "stygian-cli")) {
      try (Stream<Path> files =
          Files.walk(Document.REPOSITORY.resolve(module).resolve(Path.of("src", "main")))) {
        files
            .filter(f -> f.toString().endsWith(".java") || f.toString().endsWith(".lua"))
            .forEach(file -> all.append(read(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return JOINED.matcher(all).replaceAll("");
  }

  private static String section(String page, String heading) {
    int begin = page.indexOf("\n## " + heading + "\n");
    assertThat(begin).as("a section \"%s\"", heading).isNotNegative();
    int end = page.indexOf("\n## ", begin + 1);
    return page.substring(begin, end < 0 ? page.length() : end);
  }

  @Test
  void everyFileThatIsNamedExists() {
    List<String> missing = new ArrayList<>();
    for (Document document : Document.all()) {
      for (MatchResult file : SOURCE_FILE.matcher(document.text()).results().toList()) {
        String path = file.group(1);
        boolean isShown = document.blocks().stream().anyMatch(b -> b.name().equals(path));
        Path from = Document.REPOSITORY.resolve(document.path());
        if (!isShown
            && !Files.exists(Document.REPOSITORY.resolve(path))
            && !Files.exists(from.resolveSibling(path))) {
          missing.add(document + ": " + path);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void everyLinkLeadsSomewhere() {
    List<String> broken = new ArrayList<>();
    for (Document document : Document.all()) {
      for (MatchResult link : LINK.matcher(document.text()).results().toList()) {
        String target = link.group(1);
        if (!target.startsWith("http") && !leadsSomewhere(document, target)) {
          broken.add(document + ": " + target);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static boolean leadsSomewhere(Document document, String target) {
    String[] parts = target.split("#", 2);
    Path from = Document.REPOSITORY.resolve(document.path());
    Path file = parts[0].isEmpty() ? from : from.resolveSibling(parts[0]).normalize();
    return Files.exists(file)
        && (parts.length == 1
            || HEADING
                .matcher(read(file))
                .results()
                .anyMatch(heading -> anchor(heading.group(1)).equals(parts[1])));
  }

  /** As GitHub makes it of a heading. */
  private static String anchor(String heading) {
    return heading
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .strip()
        .replace(' ', '-');
  }

  private static boolean isMethod(String type, String method) {
    return Pattern.compile("\\w+>? +" + method + "\\(")
        .matcher(tests.getOrDefault(type, ""))
        .find();
  }

  private static String name(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(0, name.length() - ".java".length());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
