package dev.stygian.services.discover;

import java.io.Reader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads entries off XML as it comes, and holds one entry at a time. Elements are known by their
 * names as they are written, without the root's prefix: sites use several namespaces for the same
 * thing, and undeclared ones. For one file.
 *
 * <p>DTDs are not read, so that there are neither external entities nor any that grow; a reference
 * to an entity that XML itself does not have is left out.
 */
final class SitemapXml {
  /** Of a longer text the rest is left out: it is no URL and no time. */
  static final int MAX_TEXT_CHARS = 4 * UrlNormalizer.MAX_CHARS;

  static final int MAX_NESTING = 200;

  private static final String GUID = "guid";
  private static final String MESSAGE = "Message: ";

  private final BoundedBody body;
  private final Reader in;
  private final EntryReceiver entries;
  private final Map<String, String> fields = new HashMap<>();
  private final StringBuilder text = new StringBuilder();
  private SitemapKind kind = SitemapKind.TEXT;
  private List<String> dates = List.of();
  private String rootPrefix = "";
  private String field = "";
  private int depth;
  private int entryDepth;

  /**
   * A reader of one file.
   *
   * @param body what {@code in} reads from
   */
  SitemapXml(BoundedBody body, Reader in, EntryReceiver entries) {
    this.body = body;
    this.in = in;
    this.entries = entries;
  }

  /** By the root element; empty where that is another, or none was read. */
  Optional<SitemapKind> kind() {
    return kind == SitemapKind.TEXT ? Optional.empty() : Optional.of(kind);
  }

  /** Reads to the end, or says why not. */
  Optional<String> read() throws InterruptedException {
    try {
      XMLStreamReader xml = reader();
      while (xml.hasNext()) {
        int event = xml.next();
        body.step();
        switch (event) {
          case XMLStreamConstants.START_ELEMENT -> {
            Optional<String> fault = start(xml);
            if (fault.isPresent()) {
              return fault;
            }
          }
          case XMLStreamConstants.END_ELEMENT -> end();
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text(xml);
          default -> {} // comments, instructions, the DOCTYPE, unknown entities
        }
      }
      return body.fault();
    } catch (XMLStreamException e) {
      return body.fault().or(() -> Optional.of(broken(e)));
    }
  }

  private XMLStreamReader reader() throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
    // 0 is no limit. The JDK's own would end a sitemap at its 100,000th "&amp;"; without DTDs no
    // entity grows, and depth is bounded here
    factory.setProperty("jdk.xml.maxGeneralEntitySizeLimit", 0);
    factory.setProperty("jdk.xml.totalEntitySizeLimit", 0);
    factory.setProperty("jdk.xml.entityExpansionLimit", 0);
    factory.setProperty("jdk.xml.maxElementDepth", 0);
    return factory.createXMLStreamReader(in);
  }

  private static String broken(XMLStreamException e) {
    String message = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    int start = message.indexOf(MESSAGE); // before it stands the place
    String what = start < 0 ? message : message.substring(start + MESSAGE.length());
    String shown = what.length() > 200 ? what.substring(0, 200) + "…" : what;
    return e.getLocation() == null
        ? "its XML is broken: " + shown
        : "its XML is broken in line " + e.getLocation().getLineNumber() + ": " + shown;
  }

  private Optional<String> start(XMLStreamReader xml) {
    depth++;
    if (depth > MAX_NESTING) {
      return Optional.of("its elements are nested more than " + MAX_NESTING + " deep");
    }
    if (depth == 1) {
      return root(xml.getLocalName());
    }
    String name = withoutPrefix(xml.getLocalName());
    if (entryDepth == 0 && name.equals(kind.entry())) {
      entryDepth = depth;
      fields.clear();
    } else if (entryDepth > 0 && depth == entryDepth + 1) {
      startField(name, xml);
    }
    return Optional.empty();
  }

  private Optional<String> root(String name) {
    int colon = name.indexOf(':');
    Optional<SitemapKind> known = SitemapKind.ofRoot(name.substring(colon + 1));
    if (known.isEmpty()) {
      String shown = name.length() > 40 ? name.substring(0, 40) + "…" : name;
      return Optional.of("it is no sitemap and no feed: it begins with <" + shown + ">");
    }
    kind = known.get();
    dates = kind.dates();
    // RSS 1.0 has a prefix on its root alone
    rootPrefix = kind == SitemapKind.RDF ? "" : name.substring(0, colon + 1);
    return Optional.empty();
  }

  private String withoutPrefix(String name) {
    return name.startsWith(rootPrefix) ? name.substring(rootPrefix.length()) : name;
  }

  private void startField(String name, XMLStreamReader xml) {
    if (kind == SitemapKind.ATOM && name.equals(kind.url())) {
      String rel = xml.getAttributeValue(null, "rel");
      String href = xml.getAttributeValue(null, "href");
      if (href != null && (rel == null || rel.equals("alternate"))) {
        fields.putIfAbsent(name, href);
      }
      return;
    }
    boolean isGuid =
        kind == SitemapKind.RSS
            && name.equals(GUID)
            && !"false".equals(xml.getAttributeValue(null, "isPermaLink"));
    if (isGuid || name.equals(kind.url()) || dates.contains(name)) {
      field = name;
      text.setLength(0);
    }
  }

  private void text(XMLStreamReader xml) {
    if (!field.isEmpty() && text.length() < MAX_TEXT_CHARS) {
      text.append(xml.getText());
    }
  }

  private void end() throws InterruptedException {
    if (depth == entryDepth + 1 && !field.isEmpty()) {
      fields.putIfAbsent(field, text.toString());
      field = "";
    } else if (depth == entryDepth) {
      entryDepth = 0;
      entry();
    }
    depth--;
  }

  private void entry() throws InterruptedException {
    String guid = fields.getOrDefault(GUID, "");
    String url = fields.getOrDefault(kind.url(), "");
    String date =
        dates.stream()
            .map(name -> fields.getOrDefault(name, ""))
            .filter(text -> !text.isBlank())
            .findFirst()
            .orElse("");
    entries.take(url.isBlank() ? guid : url, date, kind == SitemapKind.SITEMAP_INDEX);
  }
}
