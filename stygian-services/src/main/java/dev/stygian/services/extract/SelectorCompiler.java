package dev.stygian.services.extract;

import com.jayway.jsonpath.JsonPathException;
import dev.stygian.graph.settings.ConfigSchema.Report;
import java.util.List;
import java.util.Optional;
import javax.xml.xpath.XPathExpressionException;

/** Makes a {@link Selector} of its text, or reports why it is none. */
final class SelectorCompiler {
  private SelectorCompiler() {}

  /**
   * Compiles a selector.
   *
   * @param key css, xpath or json
   * @param place where the text stands, for the report
   */
  static Optional<Selector> compile(String key, String text, List<String> place, Report report) {
    try {
      return Optional.of(
          switch (key) {
            case "css" -> CssSelector.of(text);
            case "xpath" -> XPathSelector.of(text);
            default -> JsonSelector.of(text);
          });
    } catch (XPathExpressionException e) {
      refuse(text, "XPath", e, place, report);
    } catch (JsonPathException e) {
      refuse(text, "JSONPath", e, place, report);
    } catch (IllegalStateException | IllegalArgumentException e) {
      refuse(text, "CSS selector", e, place, report);
    }
    return Optional.empty();
  }

  private static void refuse(
      String text, String kind, Throwable thrown, List<String> place, Report report) {
    report.problem(place, Quote.of(text) + " is no " + kind + ": " + reason(thrown));
  }

  /** Why it does not parse, in one line; XPath's reason may be a cause further down. */
  private static String reason(Throwable thrown) {
    Throwable deepest = thrown;
    while (deepest.getMessage() == null && deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String message = deepest.getMessage();
    return message == null
        ? deepest.getClass().getSimpleName()
        : message.replaceAll("\\s+", " ").strip();
  }
}
