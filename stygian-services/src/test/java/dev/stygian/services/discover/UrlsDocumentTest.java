package dev.stygian.services.discover;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/urls.md lists what the code lists, and its examples are true. */
class UrlsDocumentTest {
  private static final Pattern LIST = Pattern.compile("```text\n(.*?)```", Pattern.DOTALL);
  private static final Pattern EXAMPLE =
      Pattern.compile("(?m)^\\| [^|]+ \\| `([^`]+)` \\| `([^`]+)` \\|$");

  private static String docs() throws IOException {
    return Files.readString(Path.of("..", "docs", "urls.md"));
  }

  private static List<Set<String>> lists() throws IOException {
    return LIST.matcher(docs())
        .results()
        .map(list -> Set.of(list.group(1).strip().split("\\s+")))
        .toList();
  }

  @Test
  void listsTheTrackingParameters() throws Exception {
    ParameterNames names = ParameterNames.TRACKING;
    Set<String> all =
        Stream.concat(names.names().stream(), names.prefixes().stream().map(p -> p + "*"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(lists().getFirst()).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void listsTheSessionParameters() throws Exception {
    String docs = docs();
    ParameterNames names = ParameterNames.SESSION;
    assertThat(names.names()).allSatisfy(name -> assertThat(docs).contains("`" + name + "`"));
    assertThat(names.prefixes()).allSatisfy(name -> assertThat(docs).contains("`" + name + "*`"));
  }

  @Test
  void listsTheExtensions() throws Exception {
    assertThat(lists().getLast()).isEqualTo(LinkRules.NO_PAGES);
  }

  @Test
  void showsWhatBecomesOfUrls() throws Exception {
    String section = docs().split("\\*\\*Tracking parameters", 2)[0];
    List<MatchResult> examples = EXAMPLE.matcher(section).results().toList();
    assertThat(examples).hasSize(8);
    for (MatchResult example : examples) {
      assertThat(Urls.normal(whole(example.group(1)))).hasToString(whole(example.group(2)));
    }
  }

  private static String whole(String example) {
    return example.startsWith("/") ? "http://a.example" + example : example;
  }

  @Test
  void namesEveryReasonToSkipALink() throws Exception {
    String docs = docs();
    assertThat(SkipReason.values())
        .filteredOn(reason -> reason.compareTo(SkipReason.DEEP_PATH) < 0)
        .allSatisfy(reason ->
            assertThat(docs).containsIgnoringCase("| " + reason.name().replace('_', ' ') + " |"));
  }

  @Test
  void namesTheLimits() throws Exception {
    TrapLimits limits = TrapLimits.defaults();
    assertThat(docs())
        .contains("more than " + limits.maxSegments())
        .contains("more than " + limits.maxRepeats() + " times")
        .contains("| %,d URLs |".formatted(limits.maxOfDates()))
        .contains("| %,d URLs |".formatted(limits.maxOfPattern()))
        .contains("| %,d URLs |".formatted(limits.maxQueries()))
        .contains("%,d keys".formatted(TrapGuard.MAX_KEYS))
        .contains("%,d URLs together".formatted(TrapGuard.MAX_URLS))
        .contains("the first %d patterns".formatted(TrapGuard.MAX_TOLD))
        .contains("%,d characters".formatted(UrlNormalizer.MAX_CHARS))
        .contains("%,d at most".formatted(LinkSources.MAX_LINKS))
        .contains("%d by default".formatted(LinkRules.MAX_DEPTH))
        .contains("nesting of elements | %d |".formatted(SitemapXml.MAX_NESTING));
  }
}
