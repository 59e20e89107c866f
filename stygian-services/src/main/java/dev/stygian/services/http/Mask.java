package dev.stygian.services.http;

import dev.stygian.graph.settings.Config;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import tools.jackson.databind.JsonNode;

/**
 * Puts {@code ${env:NAME}} back where a config's secret would show: in the URL of an output and in
 * the reason of a failure, both of which are stored and printed. Values shorter than four
 * characters stay, or every other word would be masked.
 */
final class Mask {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{env:[A-Za-z_][A-Za-z0-9_]*\\}");
  private static final int MIN_CHARS = 4;

  /** The longest first: a secret may be part of another. */
  private final Map<String, String> referenceByValue =
      new TreeMap<>(
          Comparator.comparingInt(String::length)
              .reversed()
              .thenComparing(Comparator.naturalOrder()));

  /** Knows the values of all references in the given keys. */
  static Mask of(Config config, List<String> keys) {
    Mask mask = new Mask();
    keys.forEach(key -> config.json(key).ifPresent(value -> mask.collect(config, value)));
    return mask;
  }

  /** Whether a value holds a reference, and so may hold a secret. */
  static boolean hasReference(JsonNode value) {
    return value.isString()
        ? REFERENCE.matcher(value.asString()).find()
        : value.values().stream().anyMatch(Mask::hasReference);
  }

  private void collect(Config config, JsonNode value) {
    if (value.isString()) {
      Matcher references = REFERENCE.matcher(value.asString());
      while (references.find()) {
        add(config.resolve(references.group()), references.group());
      }
    } else {
      value.values().forEach(inner -> collect(config, inner));
    }
  }

  private void add(String value, String reference) {
    String formEncoded = URLEncoder.encode(value, StandardCharsets.UTF_8);
    put(value, reference);
    put(formEncoded, reference);
    put(formEncoded.replace("+", "%20"), reference);
    HttpUrl.Builder url = new HttpUrl.Builder().scheme("http").host("host");
    put(
        url.encodedPath("/").addEncodedPathSegment(value).build().encodedPath().substring(1),
        reference);
    put(String.valueOf(url.encodedQuery(value).build().encodedQuery()), reference);
  }

  private void put(String value, String reference) {
    if (value.length() >= MIN_CHARS) {
      referenceByValue.put(value, reference);
    }
  }

  /** Whether something has to be masked in a text. */
  boolean masks(String text) {
    return referenceByValue.keySet().stream().anyMatch(text::contains);
  }

  String apply(String text) {
    String masked = text;
    for (var secret : referenceByValue.entrySet()) {
      masked = masked.replace(secret.getKey(), secret.getValue());
    }
    return masked;
  }
}
