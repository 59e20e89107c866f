package dev.stygian.services.extract;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jsoup.nodes.Element;
import org.jsoup.select.Evaluator;
import org.jsoup.select.QueryParser;

/** A CSS selector of jsoup's dialect. The element that it starts from can match too. */
record CssSelector(String text, Evaluator evaluator) implements Selector {
  private static final Pattern QUOTED_OR_BRACKETED =
      Pattern.compile("\"[^\"]*+\"|'[^']*+'|\\[[^\\]]*+]|\\([^()]*+\\)");

  /**
   * Compiles a selector.
   *
   * @throws IllegalStateException where it is none
   */
  static CssSelector of(String text) {
    if (QUOTED_OR_BRACKETED.matcher(text).replaceAll("").contains("::")) {
      throw new IllegalStateException(
          "it can only find elements; leave out what starts with ::, and take attributes with"
              + " attr");
    }
    return new CssSelector(text, QueryParser.parse(text));
  }

  @Override
  public List<Match> all(Scope scope) {
    return scope.match() instanceof Match.OfElement from
        ? from.element().selectStream(evaluator).<Match>map(Match.OfElement::new).toList()
        : List.of();
  }

  @Override
  public Optional<Match> first(Scope scope) {
    if (!(scope.match() instanceof Match.OfElement from)) {
      return Optional.empty();
    }
    Element found = from.element().selectFirst(evaluator);
    return found == null ? Optional.empty() : Optional.of(new Match.OfElement(found));
  }

  @Override
  public long count(Scope scope) {
    return scope.match() instanceof Match.OfElement from
        ? from.element().selectStream(evaluator).count()
        : 0;
  }

  @Override
  public String quoted() {
    return "selector " + Quote.of(text);
  }
}
