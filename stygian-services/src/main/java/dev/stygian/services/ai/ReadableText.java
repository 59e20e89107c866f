package dev.stygian.services.ai;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;
import org.jsoup.select.NodeTraversor;

/**
 * HTML as a person reads it, in a Markdown-like text: what a model needs of a page at a fraction of
 * its tokens. The same HTML always gives the same text. Nothing that a reader sees is left out (a
 * prompt may ask for the navigation); what no reader sees (scripts, styles, templates, hidden
 * elements, attributes) is.
 *
 * <p>One pass over the tree without recursion. White space is not written when it is met but owed:
 * the next word pays the most that is due, so empty elements leave no holes.
 */
final class ReadableText implements NodeFilter {
  private static final Set<String> UNSEEN =
      Set.of(
          "head",
          "script",
          "style",
          "noscript",
          "template",
          "svg",
          "math",
          "canvas",
          "iframe",
          "object",
          "embed",
          "audio",
          "video",
          "datalist",
          "textarea");
  private static final Set<String> SPACED =
      Set.of("p", "ul", "ol", "dl", "table", "pre", "blockquote", "figure", "form", "hr");
  private static final Set<String> CONTROLS = Set.of("option", "button", "label", "select");

  private final boolean links;
  private final Set<Element> layoutTables = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<ListPlace> lists = new ArrayDeque<>();
  private final StringBuilder out = new StringBuilder();
  private int owedLines;
  private boolean owedSpace;
  private String owedMarker = "";
  private int openCells;
  private boolean rowHasCells;

  /** An open list: the number of its last item, or -1 where items have none. */
  private static final class ListPlace {
    int number;

    ListPlace(int number) {
      this.number = number;
    }
  }

  private ReadableText(boolean links) {
    this.links = links;
  }

  /**
   * The readable text of a page.
   *
   * @param baseUrl what relative links start from
   * @param links whether the target of each link stands behind its text, as {@code <URL>}
   */
  static String of(String html, String baseUrl, boolean links) {
    Document page = Jsoup.parse(html, baseUrl);
    ReadableText reader = new ReadableText(links);
    for (Element table : page.select("table table")) {
      Element outer = table.parent();
      while (outer != null && !outer.nameIs("table")) {
        outer = outer.parent();
      }
      if (outer != null) {
        reader.layoutTables.add(outer);
      }
    }
    reader.line("Title: ", page.title());
    Element description = page.selectFirst("meta[name=description]");
    reader.line("Description: ", description == null ? "" : description.attr("content"));
    reader.owe(2);
    NodeTraversor.filter(reader, page.body());
    return reader.out.toString().strip();
  }

  @Override
  public FilterResult head(Node node, int depth) {
    if (node instanceof TextNode text) {
      words(text.getWholeText());
      return FilterResult.CONTINUE;
    }
    if (!(node instanceof Element element)) {
      return FilterResult.CONTINUE;
    }
    if (isUnseen(element)) {
      return FilterResult.SKIP_ENTIRELY;
    }
    String name = element.normalName();
    switch (name) {
      case "br" -> owe(1);
      case "h1", "h2", "h3", "h4", "h5", "h6" -> {
        owe(2);
        owedMarker += openCells > 0 ? "" : "#".repeat(name.charAt(1) - '0') + " ";
      }
      case "img" -> {
        if (!element.attr("alt").isBlank()) {
          words("[image: " + element.attr("alt").strip() + "]");
        }
      }
      case "pre" -> {
        if (openCells == 0) {
          verbatim(element.wholeText());
          return FilterResult.SKIP_ENTIRELY;
        }
        owe(1);
      }
      case "ul", "menu" -> openList(-1);
      case "ol" -> openList(0);
      case "li" -> {
        owe(1);
        owedMarker = itemMarker();
      }
      case "tr" -> {
        owe(1);
        rowHasCells = false;
      }
      case "td", "th" -> openCell(element);
      default -> oweAround(element);
    }
    return FilterResult.CONTINUE;
  }

  @Override
  public FilterResult tail(Node node, int depth) {
    if (!(node instanceof Element element)) {
      return FilterResult.CONTINUE;
    }
    switch (element.normalName()) {
      case "h1", "h2", "h3", "h4", "h5", "h6" -> {
        owe(2);
        owedMarker = "";
      }
      case "li" -> {
        owe(1);
        owedMarker = ""; // an empty item
      }
      case "a" -> {
        String target = links ? element.absUrl("href") : "";
        if (target.startsWith("http:") || target.startsWith("https:")) {
          words(" <" + target + ">");
        }
      }
      case "ul", "menu", "ol" -> {
        lists.poll();
        oweAround(element);
      }
      case "tr" -> {
        if (rowHasCells && openCells == 0) {
          out.append(" |");
          rowHasCells = false;
        }
        owe(1);
      }
      case "td", "th" -> {
        if (!isLayout(element)) {
          openCells--;
          owedSpace = false;
        }
      }
      default -> oweAround(element);
    }
    return FilterResult.CONTINUE;
  }

  private static boolean isUnseen(Element element) {
    return UNSEEN.contains(element.normalName())
        || element.hasAttr("hidden")
        || element.attr("style").toLowerCase(Locale.ROOT).replace(" ", "").contains("display:none");
  }

  private void oweAround(Element element) {
    if (SPACED.contains(element.normalName())) {
      owe(2);
    } else if (element.isBlock()) {
      owe(1);
    } else if (CONTROLS.contains(element.normalName())) {
      owedSpace = true;
    }
  }

  private void openList(int number) {
    owe(lists.isEmpty() ? 2 : 1);
    lists.push(new ListPlace(number));
  }

  private String itemMarker() {
    ListPlace list = lists.peek();
    if (openCells > 0) {
      return "";
    } else if (list == null) {
      return "- ";
    }
    String indent = "  ".repeat(lists.size() - 1);
    return list.number < 0 ? indent + "- " : indent + ++list.number + ". ";
  }

  /** A cell of a table within a cell, and of a table that only lays the page out, is a block. */
  private void openCell(Element cell) {
    if (isLayout(cell)) {
      owe(1);
      return;
    }
    if (openCells == 0) {
      payLines();
      out.append(rowHasCells ? " | " : "| ");
      rowHasCells = true;
    }
    owedSpace = false;
    openCells++;
  }

  private boolean isLayout(Element cell) {
    for (Element at = cell.parent(); at != null; at = at.parent()) {
      if (at.nameIs("table")) {
        return layoutTables.contains(at);
      }
    }
    return true;
  }

  private void line(String label, String value) {
    if (!value.isBlank()) {
      owe(1);
      words(label + value);
    }
  }

  private void verbatim(String text) {
    owe(2);
    payLines();
    out.append("```\n").append(text.stripTrailing()).append("\n```");
    owe(2);
  }

  /** Owes line breaks: none within a cell, and no empty line within a list. */
  private void owe(int lines) {
    if (openCells > 0) {
      owedSpace = true;
    } else {
      owedLines = Math.max(owedLines, lists.isEmpty() ? lines : 1);
      owedSpace = false;
    }
  }

  private void payLines() {
    if (!out.isEmpty()) {
      out.append("\n".repeat(owedLines));
      if (owedLines > 0 && owedMarker.isEmpty() && openCells == 0) {
        out.append("  ".repeat(lists.size())); // goes on within an item
      }
    }
    owedLines = 0;
    owedSpace = false;
    out.append(owedMarker);
    owedMarker = "";
  }

  private void words(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c) || c == '\u00a0') {
        owedSpace = true;
      } else if (c != '\u00ad' && c != '\u200b') {
        if (owedLines > 0 || !owedMarker.isEmpty()) {
          payLines();
        } else if (owedSpace
            && !out.isEmpty()
            && !Character.isWhitespace(out.charAt(out.length() - 1))) {
          out.append(' ');
        }
        owedSpace = false;
        out.append(c);
      }
    }
  }
}
