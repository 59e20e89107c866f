package dev.stygian.services.discover;

import dev.stygian.services.http.GzipContent;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import okhttp3.HttpUrl;

/**
 * Reads the URLs off sitemaps (sitemaps.org: XML, indexes, text) and feeds (RSS, Atom), packed by
 * gzip or not. What a file is says its content, never its name or type. Entries are handed on as
 * they are read and none is kept: memory does not grow with the file. A file that breaks off or
 * turns out to be broken ends there, with a fault; what stands before has been handed on. Immutable
 * and thread-safe.
 *
 * <p>Of a sitemap's extensions (images, videos, news, translations) nothing is read.
 *
 * @param maxBytes of a file, unpacked; default 50 MiB, the protocol's most. Its 50,000 URLs are no
 *     limit here
 * @param maxIndexDepth how many indexes may stand above a sitemap; default 3. The protocol has 1
 */
record SitemapReader(long maxBytes, int maxIndexDepth) {
  static final long MAX_BYTES = 50L << 20;
  static final int MAX_INDEX_DEPTH = 3;

  /** A comment, attribute or CDATA section that is longer ends the file. */
  static final int MAX_PIECE_BYTES = 1 << 20;

  /** Of a longer line of text the rest is left out: it is no URL. */
  static final int MAX_LINE_CHARS = 4 * UrlNormalizer.MAX_CHARS;

  SitemapReader {
    if (maxBytes < 1 || maxIndexDepth < 0) {
      throw new IllegalArgumentException("maxBytes is at least 1, maxIndexDepth at least 0");
    }
  }

  static SitemapReader defaults() {
    return new SitemapReader(MAX_BYTES, MAX_INDEX_DEPTH);
  }

  /**
   * Reads a file. A stream that fails is a file that breaks off.
   *
   * @param location where relative URLs start, which feeds have
   * @param indexDepth how many indexes led here; 0 for a sitemap that robots.txt names. At the
   *     limit, what an index names is skipped
   * @param in not closed
   * @throws InterruptedException what the sink throws
   */
  SitemapSummary read(HttpUrl location, int indexDepth, InputStream in, EntrySink sink)
      throws InterruptedException {
    return read(location, indexDepth, in, XmlCharset::of, sink);
  }

  /**
   * Reads a file that somebody decoded, so that the charset that it may declare means nothing.
   *
   * @param location as above
   * @param indexDepth as above
   * @throws InterruptedException what the sink throws
   */
  SitemapSummary readText(HttpUrl location, int indexDepth, String text, EntrySink sink)
      throws InterruptedException {
    InputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    return read(location, indexDepth, in, XmlCharset::ofDecoded, sink);
  }

  private SitemapSummary read(
      HttpUrl location,
      int indexDepth,
      InputStream in,
      Function<byte[], XmlCharset> charset,
      EntrySink sink)
      throws InterruptedException {
    EntryReceiver entries = new EntryReceiver(location, indexDepth < maxIndexDepth, sink);
    try {
      BoundedBody body = new BoundedBody(unpacked(in), maxBytes, MAX_PIECE_BYTES);
      PushbackReader text = text(body, charset);
      int first = skipBlanks(text);
      if (first < 0) {
        Optional<String> fault = body.fault().or(() -> Optional.of("it is empty"));
        return entries.summary(Optional.empty(), fault, body.isTooLong());
      }
      if (first == '<') {
        SitemapXml xml = new SitemapXml(body, text, entries);
        Optional<String> fault = xml.read();
        return entries.summary(xml.kind(), fault, body.isTooLong());
      }
      Optional<String> fault = readLines(text, body, entries);
      return entries.isEmpty()
          ? entries.summary(
              Optional.empty(),
              fault.or(() -> Optional.of("it is no sitemap and no feed: no line of it is a URL")),
              body.isTooLong())
          : entries.summary(Optional.of(SitemapKind.TEXT), fault, body.isTooLong());
    } catch (IOException e) {
      Optional<String> fault = Optional.of("it breaks off: " + e.getMessage());
      return entries.summary(Optional.empty(), fault, false);
    }
  }

  private static InputStream unpacked(InputStream in) throws IOException {
    BufferedInputStream packed = new BufferedInputStream(in);
    packed.mark(2);
    boolean isGzip = packed.read() == 0x1f && packed.read() == 0x8b;
    packed.reset();
    return isGzip ? new GzipContent(packed, 8192) : packed;
  }

  /** Decoded here: the XML parser would end at the first malformed byte. */
  private static PushbackReader text(BoundedBody body, Function<byte[], XmlCharset> charsetOf)
      throws IOException {
    PushbackInputStream bytes = new PushbackInputStream(body, XmlCharset.HEAD_BYTES);
    byte[] head = bytes.readNBytes(XmlCharset.HEAD_BYTES);
    XmlCharset charset = charsetOf.apply(head);
    bytes.unread(head, charset.markBytes(), head.length - charset.markBytes());
    return new PushbackReader(new InputStreamReader(bytes, charset.charset()));
  }

  /** The first character that is no white space, behind which XML could not begin; -1 if none. */
  private static int skipBlanks(PushbackReader text) throws IOException {
    int first = text.read();
    while (first >= 0 && Character.isWhitespace(first)) {
      first = text.read();
    }
    if (first >= 0) {
      text.unread(first);
    }
    return first;
  }

  private static Optional<String> readLines(Reader text, BoundedBody body, EntryReceiver entries)
      throws IOException, InterruptedException {
    StringBuilder line = new StringBuilder();
    char[] buffer = new char[8192];
    int count;
    while ((count = text.read(buffer)) >= 0) {
      body.step();
      for (int i = 0; i < count; i++) {
        if (buffer[i] == '\n' || buffer[i] == '\r') {
          entries.takeLine(line.toString());
          line.setLength(0);
        } else if (line.length() <= MAX_LINE_CHARS) {
          line.append(buffer[i]);
        }
      }
    }
    if (body.fault().isEmpty()) { // or the last line is only the beginning of one
      entries.takeLine(line.toString());
    }
    return body.fault();
  }
}
