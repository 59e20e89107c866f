package dev.stygian.services.extract;

import java.util.List;
import java.util.Optional;

/** Finds a field's matches. Immutable and thread-safe. */
sealed interface Selector permits CssSelector, XPathSelector, JsonSelector, SelfSelector {

  /** All matches within {@code scope}, in the page's order. */
  List<Match> all(Scope scope);

  /** The first match within {@code scope}. */
  default Optional<Match> first(Scope scope) {
    return all(scope).stream().findFirst();
  }

  default long count(Scope scope) {
    return all(scope).size();
  }

  /** For messages: {@code selector ".price"}. */
  String quoted();
}
