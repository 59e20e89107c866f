package dev.stygian.services.http;

import dev.stygian.graph.service.Outcome;
import java.util.Optional;
import okhttp3.HttpUrl;

/** What a caller of {@code http} says of where redirects lead, before that is asked. */
@FunctionalInterface
public interface RedirectRule {
  /** They may lead anywhere. */
  RedirectRule ANYWHERE = target -> Optional.empty();

  /** What the call comes to instead of going there; empty where it may. */
  Optional<Outcome> refusal(HttpUrl target);
}
