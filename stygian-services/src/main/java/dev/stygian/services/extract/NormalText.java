package dev.stygian.services.extract;

import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeTraversor;
import org.jsoup.select.NodeVisitor;

/**
 * Text with its white space normalised: each {@code <br>} counts as a space, a run of tab, line
 * feed, form feed, carriage return, space and U+00A0 becomes one space, and none stays at the ends.
 *
 * <p>jsoup's own {@code Element.text()} does nearly that, but also drops soft hyphens and
 * zero-width spaces, keeps the white space of {@code pre} and puts spaces between blocks.
 */
final class NormalText implements NodeVisitor {
  private final Element root;
  private final Gatherer text = new Gatherer();

  private NormalText(Element root) {
    this.root = root;
  }

  /** The text content; that of scripts and style sheets only where the element itself is one. */
  static String of(Element element) {
    NormalText visitor = new NormalText(element);
    NodeTraversor.traverse(visitor, element);
    return visitor.text.toString();
  }

  static String of(String raw) {
    if (isNormal(raw)) {
      return raw;
    }
    Gatherer text = new Gatherer();
    text.append(raw);
    return text.toString();
  }

  @Override
  public void head(Node node, int depth) {
    if (node instanceof TextNode found) {
      text.append(found.getWholeText());
    } else if (node instanceof DataNode data && root.equals(data.parent())) {
      text.append(data.getWholeData());
    } else if (node instanceof Element element && element.nameIs("br")) {
      text.space();
    }
  }

  private static boolean isNormal(String raw) {
    boolean afterSpace = true;
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      boolean space = isSpace(c);
      if (space && (afterSpace || c != ' ')) {
        return false;
      }
      afterSpace = space;
    }
    return raw.isEmpty() || !afterSpace;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\u00a0';
  }

  /** A normalised text that grows piece by piece. */
  static final class Gatherer {
    private final StringBuilder text = new StringBuilder();
    private boolean spaceDue;

    /** White space, such as a {@code <br>}. */
    void space() {
      spaceDue = true;
    }

    void append(String raw) {
      int length = raw.length();
      int at = 0;
      while (at < length) {
        int start = at;
        while (at < length && !isSpace(raw.charAt(at))) {
          at++;
        }
        if (at > start) {
          if (spaceDue && !text.isEmpty()) {
            text.append(' ');
          }
          spaceDue = false;
          text.append(raw, start, at);
        }
        while (at < length && isSpace(raw.charAt(at))) {
          spaceDue = true;
          at++;
        }
      }
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
