package dev.stygian.services.discover;

import dev.stygian.graph.settings.ConfigSchema.Report;
import dev.stygian.services.extract.BoundedText;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions of one config key; each is looked for anywhere in a normal URL. */
record UrlPatterns(List<Pattern> patterns) {
  static final UrlPatterns NONE = new UrlPatterns(List.of());

  UrlPatterns {
    patterns = List.copyOf(patterns);
  }

  /**
   * Compiles what a key lists, and reports each text that is no regular expression at the key and
   * its place in the list; such texts are left out.
   */
  static UrlPatterns compile(String key, List<String> texts, Report report) {
    List<Pattern> compiled = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      try {
        compiled.add(Pattern.compile(texts.get(i)));
      } catch (PatternSyntaxException e) {
        report.problem(
            List.of(key, Integer.toString(i)),
            "\""
                + texts.get(i)
                + "\" is no regular expression: "
                + e.getDescription()
                + "; write a literal . ? + ( ) [ as \\\\. and so on");
      }
    }
    return new UrlPatterns(compiled);
  }

  boolean isEmpty() {
    return patterns.isEmpty();
  }

  /**
   * Whether any of them matches somewhere in a URL.
   *
   * @throws BoundedText.TooManyStepsException where one backtracks too much
   */
  boolean matchAny(String url) {
    return patterns.stream().anyMatch(pattern -> BoundedText.contains(pattern, url));
  }
}
