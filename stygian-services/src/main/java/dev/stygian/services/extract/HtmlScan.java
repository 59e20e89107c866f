package dev.stygian.services.extract;

import dev.stygian.services.extract.HtmlTag.Kind;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jsoup.parser.Parser;

/**
 * Reads simple fields off an HTML page in one pass over its text, without building a tree: a stack
 * of the open elements is kept, each start tag is matched against the steps of all selectors, and
 * text is gathered for what has matched.
 *
 * <p>What it finds is exactly what the selectors would find in jsoup's tree. That holds because it
 * follows only pages whose tree is the obvious one: tags nest, or were left out where HTML allows
 * it ({@code </p>}, {@code </li>}, {@code </td>}, {@code <tbody>}). It gives up at the first thing
 * that would make the tree builder move, repeat, invent or ignore elements in ways that it does not
 * repeat itself, and jsoup reads that page. So every rule here may be too strict, and none too lax;
 * a test compares both on many pages, whole and mutilated.
 *
 * <p>Long because its rules belong to one state: splitting them would spread it.
 */
final class HtmlScan {
  private static final int MAX_DEPTH = 200;
  private static final int MAX_ATTRIBUTES = 100;
  private static final Pattern DOCTYPE =
      Pattern.compile("(?i)\\s+html\\s*|\\s+html\\s+public\\s+\"[^\">]*\"(?:\\s+\"[^\">]*\")?\\s*");

  /** The page is not followed any further. */
  private static final int GIVE_UP = -1;

  private enum Phase {
    BEFORE_HTML,
    BEFORE_HEAD,
    IN_HEAD,
    AFTER_HEAD,
    IN_BODY,
    AFTER_BODY
  }

  private final String page;
  private final ScanMatches matches;
  private final HtmlTag[] open = new HtmlTag[MAX_DEPTH + 1];
  private final int[] attributes = new int[MAX_ATTRIBUTES * 4];
  private int attributeCount;
  private int depth;
  private int forms;
  private int noscripts;
  private Phase phase = Phase.BEFORE_HTML;
  private boolean selfClosing;

  private HtmlScan(ScanPlan plan, String page) {
    this.page = page;
    this.matches = new ScanMatches(plan, page, attributes, MAX_DEPTH + 1);
  }

  /** What the fields have on a page; empty where only a tree can tell. */
  static Optional<ScanResult> read(ScanPlan plan, String page) {
    HtmlScan scan = new HtmlScan(plan, page);
    return scan.run() ? Optional.of(scan.matches.result()) : Optional.empty();
  }

  private boolean run() {
    if (page.indexOf('\0') >= 0) {
      return false;
    }
    int length = page.length();
    int at = 0;
    while (at < length) {
      int tag = page.indexOf('<', at);
      int end = tag < 0 ? length : tag;
      if (end > at && !text(at, end)) {
        return false;
      }
      if (tag < 0) {
        break;
      }
      at = markup(tag);
      if (at < 0) {
        return false;
      }
    }
    if (noscripts > 0 || (phase != Phase.IN_BODY && phase != Phase.AFTER_BODY)) {
      return false;
    }
    matches.closeTo(0);
    return !matches.isTooMuch();
  }

  private boolean text(int start, int end) {
    Kind inside = depth == 0 ? Kind.HTML : open[depth - 1].kind();
    boolean free =
        phase == Phase.IN_BODY
            && switch (inside) {
              case TABLE, SECTION, ROW, COLUMNS -> false;
              default -> true;
            };
    if (!free && !isBlank(start, end)) {
      return false;
    }
    if (phase == Phase.IN_HEAD || phase == Phase.AFTER_HEAD || phase == Phase.IN_BODY) {
      matches.text(start, end, true);
    }
    return true;
  }

  private boolean isBlank(int start, int end) {
    for (int i = start; i < end; i++) {
      if (!isSpace(page.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private char charAt(int i) {
    return i < page.length() ? page.charAt(i) : '\0';
  }

  /** Reads what begins with {@code <} and says where it ends. */
  private int markup(int at) {
    char next = charAt(at + 1);
    if (isLetter(next)) {
      return startTag(at + 1);
    }
    if (next == '/' && isLetter(charAt(at + 2))) {
      return endTag(at + 2);
    }
    if (next == '!') {
      return page.startsWith("<!--", at) ? comment(at + 4) : doctype(at + 2);
    }
    return GIVE_UP;
  }

  private int comment(int start) {
    int end = page.indexOf("--", start);
    if (end < 0 || charAt(start) == '>' || page.startsWith("->", start)) {
      return GIVE_UP;
    }
    while (charAt(end + 2) != '>') {
      if (charAt(end + 2) == '!') {
        return GIVE_UP;
      }
      end = page.indexOf("--", end + 1);
      if (end < 0) {
        return GIVE_UP;
      }
    }
    return end + 3;
  }

  private int doctype(int start) {
    int end = page.indexOf('>', start);
    return phase == Phase.BEFORE_HTML
            && end > 0
            && page.regionMatches(true, start, "doctype", 0, 7)
            && DOCTYPE.matcher(page).region(start + 7, end).matches()
        ? end + 1
        : GIVE_UP;
  }

  private int nameEnd(int start) {
    int end = start;
    char c = charAt(end);
    while (isLetter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_') {
      c = charAt(++end);
    }
    return end;
  }

  private int startTag(int start) {
    int nameEnd = nameEnd(start);
    HtmlTag tag = HtmlTag.at(page, start, nameEnd);
    int end = readAttributes(nameEnd);
    if (end < 0 || tag.kind() == Kind.STRANGE) {
      return GIVE_UP;
    }
    if (selfClosing && !isEmpty(tag.kind())) {
      return GIVE_UP;
    }
    boolean fits =
        switch (phase) {
          case BEFORE_HTML -> enter(tag, Kind.HTML, Phase.BEFORE_HEAD);
          case BEFORE_HEAD -> enter(tag, Kind.HEAD, Phase.IN_HEAD);
          case AFTER_HEAD -> enter(tag, Kind.BODY, Phase.IN_BODY);
          case IN_HEAD -> isOfHead(tag) && (isEmpty(tag.kind()) ? empty(tag) : push(tag));
          case IN_BODY -> inBody(tag);
          case AFTER_BODY -> false;
        };
    if (!fits) {
      return GIVE_UP;
    }
    return switch (tag.kind()) {
      case SCRIPT, STYLE, TITLE -> rawText(tag, end);
      case TEXTAREA -> rawText(tag, afterLineFeed(end));
      case BLOCK -> tag.name().equals("pre") ? afterLineFeed(end) : end;
      default -> end;
    };
  }

  /** The tree builder skips a line feed with which some elements begin. */
  private int afterLineFeed(int at) {
    return charAt(at) == '\n' ? at + 1 : at;
  }

  private static boolean isEmpty(Kind kind) {
    return switch (kind) {
      case VOID, RULE, INPUT, COLUMN -> true;
      default -> false;
    };
  }

  private static boolean isOfHead(HtmlTag tag) {
    return switch (tag.kind()) {
      case SCRIPT, STYLE, TITLE -> true;
      case VOID -> tag.name().equals("meta") || tag.name().equals("link");
      default -> false;
    };
  }

  private boolean enter(HtmlTag tag, Kind expected, Phase then) {
    phase = then;
    return tag.kind() == expected && push(tag);
  }

  private boolean push(HtmlTag tag) {
    if (depth == MAX_DEPTH) {
      return false;
    }
    open[depth++] = tag;
    matches.open(tag, depth, attributeCount, false);
    return true;
  }

  private boolean pushImplied(String name) {
    attributeCount = 0;
    return push(HtmlTag.named(name));
  }

  private boolean empty(HtmlTag tag) {
    matches.open(tag, depth + 1, attributeCount, true);
    return true;
  }

  private void pop() {
    HtmlTag tag = open[--depth];
    forms -= tag.kind() == Kind.FORM ? 1 : 0;
    noscripts -= isNoscript(tag) ? 1 : 0;
    matches.closeTo(depth);
  }

  private Kind current() {
    return open[depth - 1].kind();
  }

  private static boolean isNoscript(HtmlTag tag) {
    return tag.name().equals("noscript");
  }

  private boolean inBody(HtmlTag tag) {
    if (noscripts > 0 && !isPlain(tag)) {
      return false;
    }
    noscripts += isNoscript(tag) ? 1 : 0;
    Kind inside = current();
    return switch (inside) {
      case TABLE, SECTION, ROW, COLUMNS -> inTable(tag);
      case SELECT, OPTION, OPTION_GROUP -> inSelect(tag);
      default -> inFlow(tag);
    };
  }

  /** Within noscript the tree builder leaves open what it would end elsewhere. */
  private static boolean isPlain(HtmlTag tag) {
    return switch (tag.kind()) {
      case PLAIN, FORMATTING, BLOCK, HEADING, VOID -> !isNoscript(tag);
      default -> false;
    };
  }

  private boolean inFlow(HtmlTag tag) {
    return switch (tag.kind()) {
      case PLAIN, SELECT, SCRIPT, STYLE, TITLE, TEXTAREA -> push(tag);
      case FORMATTING -> !(tag.name().equals("a") && isOpen("a")) && push(tag);
      case BLOCK, PARAGRAPH, TABLE -> endParagraph() && push(tag);
      case HEADING -> endParagraph() && current() != Kind.HEADING && push(tag);
      case ITEM, TERM -> endItem(tag.kind()) && endParagraph() && push(tag);
      case FORM -> {
        boolean fits = forms == 0 && endParagraph();
        forms++;
        yield fits && push(tag);
      }
      case BUTTON -> !isOpen("button") && push(tag);
      case VOID, INPUT -> empty(tag);
      case RULE -> endParagraph() && empty(tag);
      case CELL, ROW, SECTION -> endCell() && inTable(tag);
      case OPTION, OPTION_GROUP, CAPTION, COLUMNS, COLUMN, HTML, HEAD, BODY, STRANGE -> false;
    };
  }

  private boolean isOpen(String name) {
    for (int i = depth - 1; i >= 0; i--) {
      if (open[i].name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** A block ends the paragraph that it would lie in; only one that is the innermost element. */
  private boolean endParagraph() {
    if (current() == Kind.PARAGRAPH) {
      pop();
      return true;
    }
    for (int i = depth - 1; i >= 0; i--) {
      switch (open[i].kind()) {
        case PARAGRAPH -> {
          return false;
        }
        case BUTTON, CELL, CAPTION, TABLE -> {
          return true;
        }
        default -> {}
      }
    }
    return true;
  }

  /** An item ends the one before it, if nothing but a paragraph was left open in that. */
  private boolean endItem(Kind kind) {
    boolean onlyParagraphs = true;
    for (int i = depth - 1; i >= 0; i--) {
      Kind inside = open[i].kind();
      if (inside == kind) {
        if (!onlyParagraphs) {
          return false;
        }
        while (depth > i) {
          pop();
        }
        return true;
      }
      if (isListOrCell(open[i])) {
        return true;
      }
      onlyParagraphs &= inside == Kind.PARAGRAPH;
    }
    return true;
  }

  private static boolean isListOrCell(HtmlTag tag) {
    return switch (tag.kind()) {
      case CELL, TABLE, BODY -> true;
      case BLOCK -> tag.name().equals("ul") || tag.name().equals("ol") || tag.name().equals("dl");
      default -> false;
    };
  }

  private boolean endCell() {
    int i = depth - 1;
    while (open[i].isImplied()) {
      i--;
    }
    if (open[i].kind() != Kind.CELL) {
      return false;
    }
    while (depth > i) {
      pop();
    }
    return true;
  }

  private boolean inTable(HtmlTag tag) {
    Kind inside = current();
    switch (tag.kind()) {
      case SCRIPT, STYLE -> {
        return inside != Kind.COLUMNS && push(tag);
      }
      case CAPTION, COLUMNS -> {
        return inside == Kind.TABLE && push(tag);
      }
      case COLUMN -> {
        return inside == Kind.COLUMNS && empty(tag);
      }
      case SECTION, ROW, CELL -> {}
      default -> {
        return false;
      }
    }
    int[] kept = Arrays.copyOf(attributes, attributeCount * 4);
    int count = attributeCount;
    Kind wanted = tag.kind();
    if (current() == Kind.COLUMNS) {
      pop();
    }
    if (current() == Kind.ROW && wanted != Kind.CELL) {
      pop();
    }
    if (current() == Kind.SECTION && wanted == Kind.SECTION) {
      pop();
    }
    if (current() == Kind.TABLE && wanted != Kind.SECTION && !pushImplied("tbody")) {
      return false;
    }
    if (current() == Kind.SECTION && wanted == Kind.CELL && !pushImplied("tr")) {
      return false;
    }
    System.arraycopy(kept, 0, attributes, 0, kept.length);
    attributeCount = count;
    return push(tag);
  }

  private boolean inSelect(HtmlTag tag) {
    if (tag.kind() != Kind.OPTION && tag.kind() != Kind.OPTION_GROUP) {
      return false;
    }
    if (current() == Kind.OPTION) {
      pop();
    }
    if (current() == Kind.OPTION_GROUP && tag.kind() == Kind.OPTION_GROUP) {
      pop();
    }
    return push(tag);
  }

  private int endTag(int start) {
    int nameEnd = nameEnd(start);
    int end = nameEnd;
    while (isSpace(charAt(end))) {
      end++;
    }
    if (charAt(end) != '>') {
      return GIVE_UP;
    }
    HtmlTag tag = HtmlTag.at(page, start, nameEnd);
    boolean fits =
        switch (phase) {
          case BEFORE_HTML, BEFORE_HEAD, AFTER_HEAD -> false;
          case IN_HEAD -> {
            phase = Phase.AFTER_HEAD;
            yield tag.kind() == Kind.HEAD && close(tag);
          }
          case IN_BODY -> tag.kind() == Kind.BODY ? endBody() : close(tag);
          case AFTER_BODY -> tag.kind() == Kind.HTML;
        };
    return fits ? end + 1 : GIVE_UP;
  }

  private boolean endBody() {
    phase = Phase.AFTER_BODY;
    return noscripts == 0;
  }

  private boolean close(HtmlTag tag) {
    int i = depth - 1;
    if (open[i].is(tag)) {
      pop();
      return true;
    }
    if (noscripts > 0) {
      return false;
    }
    switch (tag.kind()) {
      case BLOCK, HEADING, ITEM, TERM, CELL, FORM, BUTTON -> {
        while (open[i].isImplied() && !open[i].is(tag)) {
          i--;
        }
      }
      case SELECT -> {
        while (open[i].kind() == Kind.OPTION || open[i].kind() == Kind.OPTION_GROUP) {
          i--;
        }
      }
      case OPTION_GROUP -> i -= open[i].kind() == Kind.OPTION ? 1 : 0;
      case ROW, SECTION, TABLE -> {
        return closeInTable(tag);
      }
      default -> {
        return false;
      }
    }
    if (!open[i].is(tag)) {
      return false;
    }
    while (depth > i) {
      pop();
    }
    return true;
  }

  /** The end of a row, of a section or of the table ends what is open of the table's parts. */
  private boolean closeInTable(HtmlTag tag) {
    Kind inside = current();
    boolean parts =
        inside == Kind.TABLE || inside == Kind.SECTION || inside == Kind.ROW || endCell();
    if (!parts) {
      return false;
    }
    for (int i = depth - 1; i >= 0; i--) {
      if (open[i].is(tag)) {
        while (depth > i) {
          pop();
        }
        return true;
      }
      if (open[i].kind() == Kind.TABLE) {
        return false;
      }
    }
    return false;
  }

  /** Reads the content of an element that knows no tags, up to and with its end tag. */
  private int rawText(HtmlTag tag, int start) {
    int end = start;
    do {
      end = page.indexOf("</", end);
      if (end < 0) {
        return GIVE_UP;
      }
      end += 2;
    } while (!page.regionMatches(true, end, tag.name(), 0, tag.name().length())
        || nameEnd(end) != end + tag.name().length()
        || !isEndOfName(charAt(end + tag.name().length())));
    int close = end + tag.name().length();
    while (isSpace(charAt(close))) {
      close++;
    }
    if (charAt(close) != '>') {
      return GIVE_UP;
    }
    int contentEnd = end - 2;
    if (tag.kind() == Kind.SCRIPT && mayNest(start, contentEnd)) {
      return GIVE_UP;
    }
    boolean data = tag.kind() == Kind.SCRIPT || tag.kind() == Kind.STYLE;
    if (data) {
      matches.data(start, contentEnd, depth);
    } else {
      matches.text(start, contentEnd, true);
    }
    pop();
    return close + 1;
  }

  private static boolean isEndOfName(char c) {
    return isSpace(c) || c == '>' || c == '/';
  }

  /** In a comment within a script, {@code <script} hides the end tag after it. */
  private boolean mayNest(int start, int end) {
    int comment = page.indexOf("<!--", start);
    if (comment < 0 || comment >= end) {
      return false;
    }
    for (int i = page.indexOf('<', comment + 1); i >= 0 && i < end; i = page.indexOf('<', i + 1)) {
      if (page.regionMatches(true, i + 1, "script", 0, 6)) {
        return true;
      }
    }
    return false;
  }

  /** Notes where the attributes' names and values lie, and says where the tag ends. */
  private int readAttributes(int start) {
    attributeCount = 0;
    selfClosing = false;
    int at = start;
    if (!isEndOfName(charAt(at))) {
      return GIVE_UP;
    }
    while (true) {
      while (isSpace(charAt(at))) {
        at++;
      }
      char c = charAt(at);
      if (c == '>') {
        return at + 1;
      }
      if (c == '/') {
        selfClosing = true;
        return charAt(at + 1) == '>' ? at + 2 : GIVE_UP;
      }
      at = attribute(at);
      if (at < 0) {
        return GIVE_UP;
      }
    }
  }

  private int attribute(int start) {
    int nameEnd = start;
    while (isOfAttributeName(charAt(nameEnd))) {
      nameEnd++;
    }
    if (nameEnd == start || attributeCount == MAX_ATTRIBUTES) {
      return GIVE_UP;
    }
    int at = nameEnd;
    while (isSpace(charAt(at))) {
      at++;
    }
    if (charAt(at) != '=') {
      note(start, nameEnd, nameEnd, nameEnd);
      return isEndOfName(charAt(nameEnd)) ? nameEnd : GIVE_UP;
    }
    at++;
    while (isSpace(charAt(at))) {
      at++;
    }
    char quote = charAt(at);
    if (quote == '"' || quote == '\'') {
      int end = page.indexOf(quote, at + 1);
      note(start, nameEnd, at + 1, end);
      return end > 0 && isEndOfName(charAt(end + 1)) ? end + 1 : GIVE_UP;
    }
    int end = at;
    while (isOfBareValue(charAt(end))) {
      end++;
    }
    note(start, nameEnd, at, end);
    return end > at && (isSpace(charAt(end)) || charAt(end) == '>') ? end : GIVE_UP;
  }

  private void note(int nameStart, int nameEnd, int valueStart, int valueEnd) {
    int i = attributeCount++ * 4;
    attributes[i] = nameStart;
    attributes[i + 1] = nameEnd;
    attributes[i + 2] = valueStart;
    attributes[i + 3] = valueEnd;
  }

  private static boolean isOfAttributeName(char c) {
    return isLetter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':' || c == '.';
  }

  private static boolean isOfBareValue(char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '<' && c != '=' && c != '`'
        && c != '>';
  }

  /** A part of the page with its character references resolved, as jsoup resolves them. */
  static String decoded(String page, int start, int end, boolean inAttribute) {
    String raw = page.substring(start, end);
    return raw.indexOf('&') < 0 ? raw : Parser.unescapeEntities(raw, inAttribute);
  }
}
