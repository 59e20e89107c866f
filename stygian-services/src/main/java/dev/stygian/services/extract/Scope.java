package dev.stygian.services.extract;

import java.util.List;
import java.util.Optional;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Node;

/**
 * What the selectors of one record start from. Drop it with the record: what XPath needs is many
 * times as big as the element. For one thread.
 */
final class Scope {
  private final Match match;
  private final @Nullable Scope outer;
  private @Nullable XPathEngine engine;
  private @Nullable Node w3c;

  private Scope(Match match, @Nullable Scope outer) {
    this.match = match;
    this.outer = outer;
  }

  static Scope ofPage(Match page) {
    return new Scope(page, null);
  }

  /** The scope of a record that was found in this one. */
  Scope within(Match found) {
    return new Scope(found, this);
  }

  /** All matches of a field within this scope, in the page's order. */
  List<Match> all(Field field) {
    return match instanceof Match.OfScan(ScanResult scanned)
        ? scanned.all(field)
        : field.selector().all(this);
  }

  Optional<Match> first(Field field) {
    return match instanceof Match.OfScan(ScanResult scanned)
        ? scanned.all(field).stream().findFirst()
        : field.selector().first(this);
  }

  long count(Field field) {
    return match instanceof Match.OfScan(ScanResult scanned)
        ? scanned.count(field)
        : field.selector().count(this);
  }

  Match match() {
    return match;
  }

  /** One for the whole page, made for its first XPath. */
  XPathEngine xpathEngine() {
    if (outer != null) {
      return outer.xpathEngine();
    }
    XPathEngine made = engine;
    if (made == null) {
      made = new XPathEngine();
      engine = made;
    }
    return made;
  }

  /** The element as XPath needs it; made once, however many XPaths the record has. */
  Node w3c(Element element) {
    Node made = w3c;
    if (made == null) {
      made = xpathEngine().convert(element);
      w3c = made;
    }
    return made;
  }
}
