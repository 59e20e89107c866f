package dev.stygian.services.http;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code Content-Type} says.
 *
 * @param type lower case and without parameters; empty where the header is missing or no type
 * @param charset the label as given
 */
record MediaKind(Optional<String> type, Optional<String> charset) {
  private static final Pattern TYPE = Pattern.compile("\\s*([^\\s/;,]+/[^\\s/;,]+)");
  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset\\s*=\\s*[\"']?([^\\s\"';,]+)", Pattern.CASE_INSENSITIVE);

  static MediaKind of(@Nullable String contentType) {
    String value = contentType == null ? "" : contentType;
    Matcher type = TYPE.matcher(value);
    Matcher charset = CHARSET.matcher(value);
    return new MediaKind(
        type.lookingAt() ? Optional.of(type.group(1).toLowerCase(Locale.ROOT)) : Optional.empty(),
        charset.find() ? Optional.of(charset.group(1)) : Optional.empty());
  }

  /** Whether the document may declare its own charset: HTML and XML, and what says nothing. */
  boolean isMarkup() {
    return type.map(t -> t.contains("html") || t.endsWith("/xml") || t.endsWith("+xml"))
        .orElse(true);
  }
}
