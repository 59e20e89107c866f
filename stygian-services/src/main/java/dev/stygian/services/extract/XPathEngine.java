package dev.stygian.services.extract;

import java.util.HashMap;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathEvaluationResult;
import javax.xml.xpath.XPathExpression;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import javax.xml.xpath.XPathFactoryConfigurationException;
import org.jsoup.helper.W3CDom;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.w3c.dom.Node;

/**
 * The JDK's XPath, set up once for a page: neither its compiled expressions nor its factories are
 * thread-safe, and setting them up costs more than most evaluations. For one thread.
 */
final class XPathEngine {
  private final XPath xpath;
  private final DocumentBuilder documents;
  private final W3CDom converter = new W3CDom().namespaceAware(false);
  private final Map<String, XPathExpression> compiled = new HashMap<>();

  XPathEngine() {
    try {
      XPathFactory factory = XPathFactory.newDefaultInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      xpath = factory.newXPath();
      documents = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
    } catch (XPathFactoryConfigurationException | ParserConfigurationException e) {
      throw new IllegalStateException("the JDK's own XML library, as it comes", e);
    }
  }

  XPathEvaluationResult<?> evaluate(String text, Node context) throws XPathExpressionException {
    XPathExpression expression = compiled.get(text);
    if (expression == null) {
      expression = xpath.compile(text);
      compiled.put(text, expression);
    }
    return expression.evaluateExpression(context);
  }

  /**
   * An element as XPath needs it, alone: jsoup's own {@code selectXpath} converts the whole page
   * for each element, which is quadratic for a list of records.
   */
  Node convert(Element element) {
    org.w3c.dom.Document document = documents.newDocument();
    converter.convert(element, document);
    Node root = document.getDocumentElement();
    return element instanceof Document || root == null ? document : root;
  }
}
