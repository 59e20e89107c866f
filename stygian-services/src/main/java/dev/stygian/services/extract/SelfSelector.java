package dev.stygian.services.extract;

import java.util.List;

/** The element or value of the record around. */
record SelfSelector() implements Selector {
  @Override
  public List<Match> all(Scope scope) {
    return List.of(scope.match());
  }

  @Override
  public String quoted() {
    return "element";
  }
}
