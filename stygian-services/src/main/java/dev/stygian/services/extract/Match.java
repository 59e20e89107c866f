package dev.stygian.services.extract;

import org.jsoup.helper.W3CDom;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a selector found, and what the selectors of a nested record start from. */
sealed interface Match {

  /** An element of HTML or XML. For one thread. */
  final class OfElement implements Match {
    private final Element element;
    private org.w3c.dom.@Nullable Node w3c;

    OfElement(Element element) {
      this.element = element;
    }

    Element element() {
      return element;
    }

    /** The element as XPath needs it; made once, however many XPaths a record has. */
    org.w3c.dom.Node w3c() {
      org.w3c.dom.Node made = w3c;
      if (made == null) {
        W3CDom dom = new W3CDom().namespaceAware(false);
        org.w3c.dom.Document document = dom.fromJsoup(element);
        made = element instanceof org.jsoup.nodes.Document ? document : dom.contextNode(document);
        w3c = made;
      }
      return made;
    }
  }

  /** An attribute, a text node or a computed value that an XPath gave. */
  record OfText(String text) implements Match {}

  /** A value in a JSON document, never JSON's null. */
  record OfJson(JsonNode value) implements Match {}
}
