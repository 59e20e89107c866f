package dev.stygian.services.extract;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A CSS selector of the kind that needs nothing but an element's start tag and its ancestors' to be
 * decided: names, ids, classes, attributes, joined by descent and child, with alternatives.
 */
record SimpleSelector(List<List<Step>> alternatives) {
  private static final String WORD = "[A-Za-z][A-Za-z0-9_-]*";
  private static final Pattern PART =
      Pattern.compile(
          "#(?<id>WORD)|\\.(?<class>WORD)|\\[(?<key>WORD)(?:=(?:\"(?<quoted>[^\"\\\\]+)\"|(?<bare>WORD)))?]"
              .replace("WORD", WORD));
  private static final Pattern NAME = Pattern.compile(WORD);
  private static final Pattern COMBINATOR = Pattern.compile("\\s*+(>)?\\s*+");

  /** An attribute that must be there, and its value where one is asked for. */
  record Attribute(String key, @Nullable String value) {}

  /**
   * What one element must be.
   *
   * @param child whether its parent must be the step before; else any ancestor
   */
  record Step(
      boolean child,
      @Nullable String name,
      @Nullable String id,
      List<String> classes,
      List<Attribute> attributes) {}

  /** The selector's steps; empty where it is of another kind. */
  static Optional<SimpleSelector> parse(String text) {
    List<List<Step>> alternatives = new ArrayList<>();
    for (String alternative : text.split(",", -1)) {
      Optional<List<Step>> steps = steps(alternative.strip());
      if (steps.isEmpty()) {
        return Optional.empty();
      }
      alternatives.add(steps.get());
    }
    return Optional.of(new SimpleSelector(List.copyOf(alternatives)));
  }

  private static Optional<List<Step>> steps(String text) {
    List<Step> steps = new ArrayList<>();
    Matcher name = NAME.matcher(text);
    Matcher part = PART.matcher(text);
    Matcher combinator = COMBINATOR.matcher(text);
    int at = 0;
    boolean child = false;
    while (true) {
      int start = at;
      String tag = null;
      String id = null;
      List<String> classes = new ArrayList<>();
      List<Attribute> attributes = new ArrayList<>();
      if (name.region(at, text.length()).lookingAt()) {
        tag = name.group().toLowerCase(Locale.ROOT);
        at = name.end();
      }
      while (part.region(at, text.length()).lookingAt()) {
        at = part.end();
        if (part.group("id") != null) {
          if (id != null) {
            return Optional.empty();
          }
          id = part.group("id");
        } else if (part.group("class") != null) {
          classes.add(part.group("class"));
        } else {
          String value = part.group("quoted") == null ? part.group("bare") : part.group("quoted");
          attributes.add(new Attribute(part.group("key").toLowerCase(Locale.ROOT), value));
        }
      }
      if (at == start) {
        return Optional.empty();
      }
      steps.add(new Step(child, tag, id, List.copyOf(classes), List.copyOf(attributes)));
      if (at == text.length()) {
        return Optional.of(List.copyOf(steps));
      }
      if (!combinator.region(at, text.length()).lookingAt() || combinator.end() == at) {
        return Optional.empty();
      }
      child = combinator.group(1) != null;
      at = combinator.end();
    }
  }
}
