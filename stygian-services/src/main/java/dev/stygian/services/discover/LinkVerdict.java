package dev.stygian.services.discover;

import okhttp3.HttpUrl;

/** What {@link LinkRules} say of a link. */
sealed interface LinkVerdict {
  /** To be fetched; {@code url} is in its normal form. */
  record Follow(HttpUrl url) implements LinkVerdict {}

  /** Left alone. */
  record Skip(SkipReason reason) implements LinkVerdict {}
}
