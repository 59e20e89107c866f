package dev.stygian.services.discover;

import dev.stygian.services.extract.BoundedText;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.HttpUrl;

/**
 * Which links are followed. Pure and thread-safe; what has been seen before, and what grows without
 * end, is not known here.
 *
 * @param scope default {@link Scope#HOST}
 * @param allow where there are any, one must match; default none
 * @param deny none may match, whatever {@code allow} says; default none
 * @param skippedExtensions lower case, without the dot; default {@link #NO_PAGES}
 * @param maxDepth how many links away from the start a page may be; 0 is the start alone; default
 *     20
 * @param urls the form in which URLs are judged and followed
 */
record LinkRules(
    Scope scope,
    UrlPatterns allow,
    UrlPatterns deny,
    Set<String> skippedExtensions,
    int maxDepth,
    UrlNormalizer urls) {
  static final int MAX_DEPTH = 20;

  /**
   * Extensions of what is no page: images, sound, films, fonts, archives, programs, office
   * documents, style sheets and scripts. {@code xml} and {@code json} are not among them, nor are
   * the languages that servers run ({@code php}, {@code pl}, {@code py}).
   */
  static final Set<String> NO_PAGES =
      Stream.of(
              """
              jpg jpeg jfif png gif webp avif svg svgz ico bmp tif tiff heic heif jxl psd ai eps ps
              mp3 m4a aac ogg oga opus wav wma flac aif aiff mid midi m3u m3u8
              mp4 m4v mov avi mkv webm wmv flv mpg mpeg ogv 3gp swf
              woff woff2 ttf otf eot
              zip gz tgz bz2 tbz2 xz txz zst 7z rar tar jar war cab
              exe msi dmg pkg deb rpm apk ipa iso img bin dll so
              pdf doc docx dot dotx xls xlsx xlsm ppt pptx pps ppsx odt ods odp rtf epub mobi
              css js mjs map wasm
              """
                  .strip()
                  .split("\\s+"))
          .collect(Collectors.toUnmodifiableSet());

  LinkRules {
    skippedExtensions = Set.copyOf(skippedExtensions);
    if (maxDepth < 0) {
      throw new IllegalArgumentException("maxDepth is not negative, as " + maxDepth + " is");
    }
  }

  static LinkRules defaults() {
    return new LinkRules(
        Scope.HOST,
        UrlPatterns.NONE,
        UrlPatterns.NONE,
        NO_PAGES,
        MAX_DEPTH,
        UrlNormalizer.defaults());
  }

  /**
   * Judges a link. The first reason against it counts, in the order of {@link SkipReason}.
   *
   * @param link absolute, as {@link PageLinks} has them
   * @param start the page that the crawl began with, in its normal form
   * @param depth how many links the page behind it is away from the start: 1 for links of the start
   */
  LinkVerdict judge(String link, HttpUrl start, int depth) {
    return switch (urls.normalize(link)) {
      case NormalUrl.Refused(SkipReason reason) -> new LinkVerdict.Skip(reason);
      case NormalUrl.Known(HttpUrl url) -> judge(url, start, depth);
    };
  }

  private LinkVerdict judge(HttpUrl url, HttpUrl start, int depth) {
    if (depth > maxDepth) {
      return new LinkVerdict.Skip(SkipReason.TOO_DEEP);
    }
    return scope.contains(start, url)
        ? judgeAlone(url)
        : new LinkVerdict.Skip(SkipReason.OUT_OF_SCOPE);
  }

  /**
   * Judges a page that a sitemap or feed names. It is a start, so there is no depth, and no scope
   * that it could leave.
   */
  LinkVerdict judgeNamed(String url) {
    return switch (urls.normalize(url)) {
      case NormalUrl.Refused(SkipReason reason) -> new LinkVerdict.Skip(reason);
      case NormalUrl.Known(HttpUrl known) -> judgeAlone(known);
    };
  }

  /**
   * Judges a page that a sitemap names to which a site's robots.txt led: that may not lead further
   * than its links.
   */
  LinkVerdict judgeNamedWithin(HttpUrl start, String url) {
    return judge(url, start, 0);
  }

  private LinkVerdict judgeAlone(HttpUrl url) {
    if (skippedExtensions.contains(Scope.extension(url.encodedPath()))) {
      return new LinkVerdict.Skip(SkipReason.NO_PAGE);
    }
    try {
      String text = url.toString();
      if (deny.matchAny(text)) {
        return new LinkVerdict.Skip(SkipReason.DENIED);
      }
      return allow.isEmpty() || allow.matchAny(text)
          ? new LinkVerdict.Follow(url)
          : new LinkVerdict.Skip(SkipReason.NOT_ALLOWED);
    } catch (BoundedText.TooManyStepsException _) {
      return new LinkVerdict.Skip(SkipReason.PATTERN_TOO_COSTLY);
    }
  }
}
