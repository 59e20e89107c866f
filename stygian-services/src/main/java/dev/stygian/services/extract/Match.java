package dev.stygian.services.extract;

import java.util.Optional;
import org.jsoup.nodes.Element;
import tools.jackson.databind.JsonNode;

/** What a selector found. */
sealed interface Match {

  /** An element of HTML or XML; the page itself is one, too. */
  record OfElement(Element element) implements Match {}

  /** An attribute, a text node or a computed value that an XPath gave. */
  record OfText(String text) implements Match {}

  /** What {@link HtmlScan} took of an element: its text or attribute; empty without that one. */
  record OfScanned(Optional<String> raw) implements Match {}

  /** A whole page that was scanned; only the fields it was scanned for can be asked of it. */
  record OfScan(ScanResult result) implements Match {}

  /** A value in a JSON document, never JSON's null. */
  record OfJson(JsonNode value) implements Match {}
}
