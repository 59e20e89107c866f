package dev.stygian.services.extract;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@link HtmlScan} knows of an element's name: how the tree builder of HTML treats it. A name
 * that stands nowhere here is {@link Kind#PLAIN}.
 */
record HtmlTag(String name, Kind kind) {

  /** Names that the tree builder treats alike. */
  enum Kind {
    /** No rules of its own: {@code span}, {@code label}, custom elements. */
    PLAIN,
    /** Reopened where it was left open: {@code b}, {@code a}. */
    FORMATTING,
    /** Ends an open paragraph: {@code div}, {@code ul}. */
    BLOCK,
    HEADING,
    PARAGRAPH,
    ITEM,
    TERM,
    FORM,
    BUTTON,
    /** No content: {@code br}, {@code img}. */
    VOID,
    RULE,
    INPUT,
    SCRIPT,
    STYLE,
    TITLE,
    TEXTAREA,
    SELECT,
    OPTION,
    OPTION_GROUP,
    TABLE,
    CAPTION,
    COLUMNS,
    COLUMN,
    SECTION,
    ROW,
    CELL,
    HTML,
    HEAD,
    BODY,
    /** Seldom, and with rules that are not worth repeating here: jsoup reads such pages. */
    STRANGE
  }

  private static final int SLOTS = 1024;
  private static final HtmlTag[] KNOWN = new HtmlTag[SLOTS];
  private static final Map<String, HtmlTag> BY_NAME = new HashMap<>();

  static {
    add(Kind.FORMATTING, "a b big code em font i s small strike strong tt u");
    add(
        Kind.BLOCK,
        "address article aside blockquote center details dialog dir div dl fieldset figcaption"
            + " figure footer header hgroup main menu nav ol pre section summary ul");
    add(Kind.HEADING, "h1 h2 h3 h4 h5 h6");
    add(Kind.PARAGRAPH, "p");
    add(Kind.ITEM, "li");
    add(Kind.TERM, "dd dt");
    add(Kind.FORM, "form");
    add(Kind.BUTTON, "button");
    add(Kind.VOID, "area br embed img link meta param source track wbr");
    add(Kind.RULE, "hr");
    add(Kind.INPUT, "input");
    add(Kind.SCRIPT, "script");
    add(Kind.STYLE, "style");
    add(Kind.TITLE, "title");
    add(Kind.TEXTAREA, "textarea");
    add(Kind.SELECT, "select");
    add(Kind.OPTION, "option");
    add(Kind.OPTION_GROUP, "optgroup");
    add(Kind.TABLE, "table");
    add(Kind.CAPTION, "caption");
    add(Kind.COLUMNS, "colgroup");
    add(Kind.COLUMN, "col");
    add(Kind.SECTION, "tbody thead tfoot");
    add(Kind.ROW, "tr");
    add(Kind.CELL, "td th");
    add(Kind.HTML, "html");
    add(Kind.HEAD, "head");
    add(Kind.BODY, "body");
    add(
        Kind.STRANGE,
        "applet base basefont bgsound command frame frameset iframe image isindex keygen listing"
            + " marquee math menuitem nobr noembed noframes object plaintext rb rp rt rtc ruby"
            + " search svg template xmp");
    add(Kind.PLAIN, "abbr audio cite del dfn ins kbd label map mark picture q samp span sub sup");
    add(Kind.PLAIN, "time var video noscript canvas");
  }

  private static void add(Kind kind, String names) {
    for (String name : names.split(" ")) {
      HtmlTag tag = new HtmlTag(name, kind);
      BY_NAME.put(name, tag);
      int slot = slot(name, 0, name.length());
      while (KNOWN[slot] != null) {
        slot = (slot + 1) % SLOTS;
      }
      KNOWN[slot] = tag;
    }
  }

  /** The tag of a name in lower case. */
  static HtmlTag named(String name) {
    HtmlTag known = BY_NAME.get(name);
    return known == null ? new HtmlTag(name, Kind.PLAIN) : known;
  }

  /** The tag whose name, in letters of either case, stands from {@code start} to {@code end}. */
  static HtmlTag at(String text, int start, int end) {
    int slot = slot(text, start, end);
    for (HtmlTag tag = KNOWN[slot]; tag != null; tag = KNOWN[slot]) {
      if (tag.name.length() == end - start
          && text.regionMatches(true, start, tag.name, 0, end - start)) {
        return tag;
      }
      slot = (slot + 1) % SLOTS;
    }
    return new HtmlTag(lowerCase(text, start, end), Kind.PLAIN);
  }

  private static int slot(String text, int start, int end) {
    int hash = end - start;
    for (int i = start; i < end; i++) {
      hash = hash * 31 + (text.charAt(i) | 0x20);
    }
    return (hash ^ (hash >>> 10)) & (SLOTS - 1);
  }

  /** ASCII only, as tag names of a scanned page are. */
  private static String lowerCase(String text, int start, int end) {
    char[] lower = new char[end - start];
    for (int i = 0; i < lower.length; i++) {
      char c = text.charAt(start + i);
      lower[i] = c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
    }
    return new String(lower);
  }

  /** Whether its end tag may be left out before an outer block's. */
  boolean isImplied() {
    return kind == Kind.PARAGRAPH || kind == Kind.ITEM || kind == Kind.TERM;
  }

  boolean is(@Nullable HtmlTag other) {
    return other != null && kind == other.kind && name.equals(other.name);
  }
}
