package dev.stygian.graph.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlEntry;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseOptions;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import org.tomlj.TomlValue;

/** Reads TOML. What can be read is handed on even if other lines are broken. */
final class TomlSource {
  private static final Pattern TWICE =
      Pattern.compile("(.*) previously defined at line (\\d+), column \\d+", Pattern.DOTALL);
  private static final Pattern NOT_AN_ARRAY =
      Pattern.compile(
          "(.*) is not an? (?:array|table) \\(previously defined at line (\\d+), column \\d+\\)",
          Pattern.DOTALL);
  private static final Pattern UNEXPECTED_WORDS = Pattern.compile("Unexpected '[^']{3,}'");

  private final Problems problems;

  private TomlSource(Problems problems) {
    this.problems = problems;
  }

  static SourceValue.Table read(String text, Problems problems) {
    TomlParseResult result;
    try {
      result = parse(text);
    } catch (NullPointerException e) {
      // a control character in an inline table's comment, for which the library has no words
      problems.syntax(
          unreadable(text), "this cannot be read; is there a control character or half a table?");
      return new SourceValue.Table(Place.START, new LinkedHashMap<>());
    }
    List<String> lines = result.hasErrors() ? text.lines().toList() : List.of();
    Set<Integer> brokenHeaders = new TreeSet<>();
    for (TomlParseError error : result.errors()) {
      if (isHeader(lines, error.position().line())) {
        brokenHeaders.add(error.position().line());
      }
    }
    brokenHeaders.forEach(line -> problems.doubt(line, lastLineUnder(line, lines, brokenHeaders)));
    for (TomlParseError error : result.errors()) {
      String found = String.valueOf(error.getMessage());
      boolean isFollowUp =
          TWICE.matcher(found).matches() && !brokenHeaders.contains(error.position().line());
      if (isFollowUp) {
        problems.wrong(place(error.position()), message(found));
      } else {
        problems.syntax(place(error.position()), message(found));
      }
    }
    return new TomlSource(problems).table(result, Place.START);
  }

  private static TomlParseResult parse(String text) {
    return Toml.parse(
        text, TomlParseOptions.sourceless().withMaxNestingDepth(PipelineSource.READ_DEPTH));
  }

  /** The first line with which a text breaks off the library that reads it. */
  private static Place unreadable(String text) {
    List<String> lines = text.lines().toList();
    for (int last = 1; last < lines.size(); last++) {
      try {
        var _ = parse(String.join("\n", lines.subList(0, last)));
      } catch (NullPointerException e) {
        return new Place(last, 1);
      }
    }
    return new Place(Math.max(1, lines.size()), 1);
  }

  private static boolean isHeader(List<String> lines, int line) {
    return line <= lines.size() && lines.get(line - 1).stripLeading().startsWith("[");
  }

  /**
   * The keys under a broken header count as the table's above it; they end at the next good one.
   */
  private static int lastLineUnder(int header, List<String> lines, Set<Integer> brokenHeaders) {
    int next = header + 1;
    while (next <= lines.size() && (!isHeader(lines, next) || brokenHeaders.contains(next))) {
      next++;
    }
    return next - 1;
  }

  private SourceValue.Table table(TomlTable table, Place place) {
    SequencedMap<String, SourceValue.Entry> entries = new LinkedHashMap<>();
    for (String key : table.keySet()) {
      TomlEntry entry = Objects.requireNonNull(table.entry(List.of(key)));
      entries.put(key, new SourceValue.Entry(place(entry.position()), value(entry)));
    }
    return new SourceValue.Table(place, entries);
  }

  private SourceValue.Array array(TomlArray array, Place place) {
    List<SourceValue> elements = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      elements.add(value(array.entry(i)));
    }
    return new SourceValue.Array(place, elements);
  }

  private SourceValue value(TomlEntry entry) {
    TomlValue value = entry.value();
    Place place = place(value.position());
    Object content = value.get();
    return switch (content) {
      case TomlTable table -> table(table, place);
      case TomlArray array -> array(array, place);
      case String text -> new SourceValue.Text(place, text);
      case Long number -> new SourceValue.Whole(place, number);
      case Boolean flag -> new SourceValue.Flag(place, flag);
      case Double number -> decimal(number, place);
      default -> new SourceValue.Date(place, content.toString());
    };
  }

  private SourceValue decimal(double number, Place place) {
    if (!Double.isFinite(number)) {
      problems.wrong(place, "inf and nan are no values here; write a finite number");
      return new SourceValue.Decimal(place, 0);
    }
    return new SourceValue.Decimal(place, number);
  }

  private static Place place(@Nullable TomlPosition position) {
    return position == null ? Place.START : new Place(position.line(), position.column());
  }

  private static String message(String found) {
    Matcher twice = TWICE.matcher(found);
    if (twice.matches()) {
      return Quoted.of(twice.group(1))
          + " is defined twice, first at line "
          + twice.group(2)
          + "; keep one of the two";
    }
    Matcher mixed = NOT_AN_ARRAY.matcher(found);
    if (mixed.matches()) {
      return Quoted.of(mixed.group(1))
          + " is defined in another way at line "
          + mixed.group(2)
          + "; write both as [table], or both as [[array of tables]]";
    } else if (found.startsWith("Nesting is too deep")) {
      return PipelineSource.TOO_DEEP;
    }
    // the text that was not expected may be a secret that lacks its quotes
    String told = lowerCaseFirst(UNEXPECTED_WORDS.matcher(found).replaceAll("unexpected text"));
    boolean lacksValue = told.endsWith("expected a value");
    return "no valid TOML: "
        + told
        + (lacksValue ? "; write a value here, a text in quotes" : "; repair this line");
  }

  private static String lowerCaseFirst(String sentence) {
    return sentence.isEmpty()
        ? sentence
        : Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
  }
}
