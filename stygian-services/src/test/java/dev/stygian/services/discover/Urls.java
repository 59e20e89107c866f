package dev.stygian.services.discover;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import okhttp3.HttpUrl;

/** What tests of URLs share. */
final class Urls {
  private Urls() {}

  /** The normal form by the default rules. */
  static HttpUrl normal(String text) {
    return switch (UrlNormalizer.defaults().normalize(text)) {
      case NormalUrl.Known(HttpUrl url) -> url;
      case NormalUrl.Refused(SkipReason reason) ->
          throw new AssertionError(text + " " + reason.sentence());
    };
  }

  /** A file of this package's resources. */
  static byte[] file(String name) throws IOException {
    try (InputStream in = Urls.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
