package dev.stygian.services.extract;

import org.jsoup.nodes.Element;
import tools.jackson.databind.JsonNode;

/** What a selector found. */
sealed interface Match {

  /** An element of HTML or XML; the page itself is one, too. */
  record OfElement(Element element) implements Match {}

  /** An attribute, a text node or a computed value that an XPath gave. */
  record OfText(String text) implements Match {}

  /** A value in a JSON document, never JSON's null. */
  record OfJson(JsonNode value) implements Match {}
}
