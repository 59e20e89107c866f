package dev.stygian.services.http;

import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import okhttp3.Headers;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The output of {@code http}. */
final class Page {
  private static final Set<String> NOT_KEPT = Set.of("set-cookie", "set-cookie2");

  private Page() {}

  /** Where a page comes from. */
  enum Source {
    SITE,
    CACHE,

    /** From the cache, and the site said that it is the same. */
    CACHE_CONFIRMED
  }

  static ObjectNode json(
      String url,
      String finalUrl,
      int status,
      Headers answered,
      byte[] body,
      Source source,
      HttpSettings settings) {
    Mask mask = settings.mask();
    MediaKind kind = MediaKind.of(answered.get("Content-Type"));
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    page.put("url", mask.apply(url));
    page.put("final_url", mask.apply(finalUrl));
    page.put("status", status);
    if (settings.cache().isPresent()) {
      page.put("from_cache", source != Source.SITE);
      page.put("revalidated", source == Source.CACHE_CONFIRMED);
    }
    page.set("headers", headers(answered, mask));
    page.put("content_type", kind.type().orElse(null));
    if (!PageText.isPacked(body)
        && (settings.charset().isPresent() || PageText.isText(body, kind))) {
      PageText decoded = PageText.decode(body, kind, settings.charset());
      page.put("charset", decoded.charset());
      page.put("body", decoded.text());
    } else {
      page.putNull("charset");
      page.put("body_base64", Base64.getEncoder().encodeToString(body));
    }
    return page;
  }

  private static ObjectNode headers(Headers answered, Mask mask) {
    Map<String, String> joined = new TreeMap<>();
    for (var header : answered) {
      String name = header.getFirst().toLowerCase(Locale.ROOT);
      if (!NOT_KEPT.contains(name)) {
        joined.merge(name, mask.apply(header.getSecond()), (one, more) -> one + ", " + more);
      }
    }
    ObjectNode headers = JsonNodeFactory.instance.objectNode();
    joined.forEach(headers::put);
    return headers;
  }
}
