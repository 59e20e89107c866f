package dev.stygian.services.extract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matches the open elements of a {@link HtmlScan} against the steps of a plan, and gathers the
 * texts of those that a field asked for. An element's set of steps has one bit for each step that
 * it fulfils with its ancestors; so to tell an element's, its parent's and all ancestors' are
 * enough.
 */
final class ScanMatches {
  private final ScanPlan plan;
  private final String page;
  private final int[] attributes;
  private final long[] own;
  private final long[] above;
  private final ScanResult result;
  private Capture[] captures = new Capture[8];
  private int captureCount;
  private int attributeCount;
  private long characters;

  ScanMatches(ScanPlan plan, String page, int[] attributes, int maxDepth) {
    this.plan = plan;
    this.page = page;
    this.attributes = attributes;
    this.own = new long[maxDepth + 2];
    this.above = new long[maxDepth + 2];
    this.result = new ScanResult(plan);
  }

  /** A text that is being gathered until its element closes. */
  private record Capture(int field, int place, int depth, NormalText.Gatherer text) {}

  ScanResult result() {
    return result;
  }

  /** Whether the fields hold so much that it must be told with the field's name. */
  boolean isTooMuch() {
    return characters > PageReader.MAX_CHARACTERS;
  }

  /**
   * An element begins.
   *
   * @param depth its own, 1 for the outermost
   * @param empty whether it has no content
   */
  void open(HtmlTag tag, int depth, int attributeCount, boolean empty) {
    this.attributeCount = attributeCount;
    long parent = own[depth - 1];
    long ancestors = above[depth - 1];
    long fulfilled = 0;
    List<SimpleSelector.Step> steps = plan.steps();
    for (int i = 0; i < steps.size(); i++) {
      SimpleSelector.Step step = steps.get(i);
      if (step.name() != null && !step.name().equals(tag.name())) {
        continue;
      }
      long bit = 1L << i;
      boolean reachable =
          (plan.first() & bit) != 0
              || (((plan.afterParent() & bit) != 0 ? parent : ancestors) & (bit >>> 1)) != 0;
      if (reachable && fits(step)) {
        fulfilled |= bit;
      }
    }
    own[depth] = fulfilled;
    above[depth] = ancestors | fulfilled;
    if (tag.name().equals("br")) {
      for (int i = 0; i < captureCount; i++) {
        captures[i].text.space();
      }
    }
    if (fulfilled != 0) {
      found(fulfilled, depth, empty);
    }
  }

  private void found(long fulfilled, int depth, boolean empty) {
    for (int field = 0; field < plan.targets().size(); field++) {
      if ((plan.targets().get(field) & fulfilled) == 0) {
        continue;
      }
      if (!(plan.fields().get(field) instanceof Field.OfValue value)) {
        result.countOnly(field);
      } else if (value.all() || !result.isCounted(field)) {
        int place = result.count(field);
        if (value.attribute().isPresent()) {
          String raw = attribute(value.attribute().get());
          result.set(field, place, raw == null ? null : NormalText.of(raw));
          characters += raw == null ? 0 : raw.length();
        } else if (empty) {
          result.set(field, place, "");
        } else {
          begin(new Capture(field, place, depth, new NormalText.Gatherer()));
        }
      }
    }
  }

  private void begin(Capture capture) {
    if (captureCount == captures.length) {
      captures = java.util.Arrays.copyOf(captures, captureCount * 2);
    }
    captures[captureCount++] = capture;
  }

  /** Text within the innermost open element. */
  void text(int start, int end, boolean references) {
    if (captureCount == 0) {
      return;
    }
    String text =
        references ? HtmlScan.decoded(page, start, end, false) : page.substring(start, end);
    for (int i = 0; i < captureCount; i++) {
      captures[i].text.append(text);
      characters += text.length();
    }
  }

  /** The content of a script or a style sheet counts for that element alone. */
  void data(int start, int end, int depth) {
    for (int i = 0; i < captureCount; i++) {
      if (captures[i].depth == depth) {
        captures[i].text.append(page.substring(start, end));
      }
    }
  }

  /** All elements deeper than {@code depth} end. */
  void closeTo(int depth) {
    while (captureCount > 0 && captures[captureCount - 1].depth > depth) {
      Capture ended = captures[--captureCount];
      result.set(ended.field, ended.place, ended.text.toString());
    }
  }

  private boolean fits(SimpleSelector.Step step) {
    if (step.id() != null && !step.id().equals(attribute("id"))) {
      return false;
    }
    if (!step.classes().isEmpty()) {
      String classes = attribute("class");
      if (classes == null) {
        return false;
      }
      for (String wanted : step.classes()) {
        if (!hasWord(classes, wanted)) {
          return false;
        }
      }
    }
    for (SimpleSelector.Attribute wanted : step.attributes()) {
      int at = find(wanted.key());
      if (at < 0) {
        return false;
      }
      if (wanted.value() != null && !wanted.value().equalsIgnoreCase(value(at))) {
        return false;
      }
    }
    return true;
  }

  /** As jsoup has it: words are parted by white space and may be in either case. */
  private static boolean hasWord(String classes, String wanted) {
    int length = wanted.length();
    for (int i = 0; i + length <= classes.length(); i++) {
      boolean starts = i == 0 || Character.isWhitespace(classes.charAt(i - 1));
      if (starts
          && classes.regionMatches(true, i, wanted, 0, length)
          && (i + length == classes.length()
              || Character.isWhitespace(classes.charAt(i + length)))) {
        return true;
      }
    }
    return false;
  }

  private @Nullable String attribute(String key) {
    int at = find(key);
    return at < 0 ? null : value(at);
  }

  private int find(String key) {
    for (int i = 0; i < attributeCount; i++) {
      int start = attributes[i * 4];
      if (attributes[i * 4 + 1] - start == key.length()
          && page.regionMatches(true, start, key, 0, key.length())) {
        return i;
      }
    }
    return -1;
  }

  private String value(int at) {
    return HtmlScan.decoded(page, attributes[at * 4 + 2], attributes[at * 4 + 3], true);
  }
}
