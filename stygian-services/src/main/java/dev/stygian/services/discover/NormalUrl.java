package dev.stygian.services.discover;

import okhttp3.HttpUrl;

/** What {@link UrlNormalizer} makes of a text. */
sealed interface NormalUrl {
  /** A URL in its normal form; its text is what tells pages apart. */
  record Known(HttpUrl url) implements NormalUrl {}

  /** No URL that is fetched. */
  record Refused(SkipReason reason) implements NormalUrl {}
}
