package dev.stygian.services.extract;

import java.util.Optional;
import org.jsoup.nodes.Document;
import org.jsoup.parser.Parser;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Parses a page, once for all of its fields. */
final class PageParser {
  /** Deeper elements become siblings, as in browsers; what walks the tree needs no deep stack. */
  static final int MAX_DEPTH = 512;

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int PROLOG = 1000;

  private PageParser() {}

  /** The words of config key {@code parser}. */
  enum Markup {
    AUTO,
    HTML,
    XML
  }

  /** Parses a body that the fields read as JSON; a value that is JSON already stays as it is. */
  static Page json(PageSource source) throws ExtractionFailedException {
    JsonNode content = source.content();
    if (content.isString()) {
      try {
        content = JSON.readTree(content.asString());
      } catch (JacksonException e) {
        throw new ExtractionFailedException(
            label(source) + " is no JSON" + type(source) + ": " + e.getOriginalMessage());
      }
    }
    BaseUrl base = BaseUrl.of(source.url().orElse(""));
    return new Page(new Match.OfJson(content), base, label(source));
  }

  /**
   * Parses a body that the fields read as HTML or XML.
   *
   * @param plan of the fields, where a scan can do without the tree
   */
  static Page markup(PageSource source, Markup markup, Optional<ScanPlan> plan)
      throws ExtractionFailedException {
    if (!source.content().isString()) {
      throw new ExtractionFailedException(
          "the input has no page: no \"body\" with a text; set from to the key that holds one of "
              + PageSource.keys(source.content()));
    }
    if (markup == Markup.AUTO && isJson(source)) {
      throw new ExtractionFailedException(
          label(source)
              + " is JSON"
              + type(source)
              + ", but the fields have CSS selectors or XPaths; use json = \"$.…\"");
    }
    String text = source.content().asString();
    boolean xml = markup == Markup.XML || (markup == Markup.AUTO && isXml(source, text));
    String url = source.url().orElse("");
    Optional<ScanResult> scanned =
        xml ? Optional.empty() : plan.flatMap(fields -> HtmlScan.read(fields, text));
    if (scanned.isPresent()) {
      return new Page(new Match.OfScan(scanned.get()), BaseUrl.of(url), label(source));
    }
    Document document =
        (xml ? Parser.xmlParser() : Parser.htmlParser())
            .setMaxDepth(MAX_DEPTH)
            .parseInput(text, url);
    document.outputSettings().prettyPrint(false);
    // jsoup has moved the base to where a <base href> points
    return new Page(new Match.OfElement(document), BaseUrl.of(document.baseUri()), label(source));
  }

  private static boolean isJson(PageSource source) {
    return source
        .contentType()
        .map(type -> type.equals("application/json") || type.endsWith("+json"))
        .orElse(false);
  }

  /** What the type says; else an XML declaration, unless it opens XHTML. */
  private static boolean isXml(PageSource source, String text) {
    String type = source.contentType().orElse("text/plain");
    if (!type.equals("text/plain") && !type.equals("application/octet-stream")) {
      return (type.endsWith("/xml") || type.endsWith("+xml"))
          && !type.startsWith("application/xhtml");
    }
    String prolog = text.substring(0, Math.min(PROLOG, text.length())).stripLeading();
    return prolog.startsWith("<?xml") && !prolog.contains("<html");
  }

  private static String label(PageSource source) {
    return source.url().orElse("the page");
  }

  private static String type(PageSource source) {
    return source.contentType().map(type -> " (" + type + ")").orElse("");
  }
}
