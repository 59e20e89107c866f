package dev.stygian.services.extract;

import java.util.ArrayList;
import java.util.List;
import javax.xml.xpath.XPathEvaluationResult;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathNodes;
import org.jsoup.Jsoup;
import org.jsoup.helper.W3CDom;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.w3c.dom.Node;

/**
 * An XPath 1.0 expression: for elements, attributes, text nodes, or a computed string, number or
 * boolean. Compiled by each page's {@link XPathEngine}.
 */
record XPathSelector(String text) implements Selector {

  /**
   * Checks an expression by evaluating it on an empty page: an unknown variable shows no earlier.
   *
   * @throws XPathExpressionException where it is none
   */
  static XPathSelector of(String text) throws XPathExpressionException {
    Document empty = Jsoup.parse("");
    evaluate(text, Scope.ofPage(new Match.OfElement(empty)), empty);
    return new XPathSelector(text);
  }

  @Override
  public List<Match> all(Scope scope) {
    if (!(scope.match() instanceof Match.OfElement(Element element))) {
      return List.of();
    }
    try {
      return matches(evaluate(text, scope, element));
    } catch (XPathExpressionException e) {
      throw new IllegalStateException("the XPath " + Quote.of(text) + " was checked before", e);
    }
  }

  private static XPathEvaluationResult<?> evaluate(String text, Scope scope, Element element)
      throws XPathExpressionException {
    return scope.xpathEngine().evaluate(text, scope.w3c(element));
  }

  private static List<Match> matches(XPathEvaluationResult<?> result) {
    if (!(result.value() instanceof XPathNodes nodes)) {
      return List.of(new Match.OfText(computed(result)));
    }
    List<Match> all = new ArrayList<>(nodes.size());
    for (Node node : nodes) {
      if (node.getNodeType() == Node.DOCUMENT_NODE) {
        continue;
      }
      all.add(
          node.getUserData(W3CDom.SourceProperty) instanceof Element element
              ? new Match.OfElement(element)
              : new Match.OfText(String.valueOf(node.getNodeValue())));
    }
    return all;
  }

  /** A computed value; whole numbers as XPath's own string() writes them. */
  private static String computed(XPathEvaluationResult<?> result) {
    return result.value() instanceof Double number
            && number == Math.rint(number)
            && Math.abs(number) < 1L << 53
        ? String.valueOf(number.longValue())
        : String.valueOf(result.value());
  }

  @Override
  public String quoted() {
    return "XPath " + Quote.of(text);
  }
}
