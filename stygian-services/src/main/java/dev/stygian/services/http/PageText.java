package dev.stygian.services.http;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A body as text: which charset it is in, and whether it is text at all. The order is the browsers'
 * (WHATWG encoding sniffing): byte order mark, {@code Content-Type}, {@code <meta>} or the XML
 * declaration, UTF-8.
 */
record PageText(String text, String charset) {
  private static final int SNIFFED_BYTES = 4096;
  private static final Pattern DECLARED =
      Pattern.compile(
          "<meta\\s[^>]*?charset\\s*=\\s*[\"']?\\s*([A-Za-z0-9_:.-]+)"
              + "|^\\s*<\\?xml\\s[^>]*?encoding\\s*=\\s*[\"']([A-Za-z0-9_:.-]+)[\"']",
          Pattern.CASE_INSENSITIVE);
  private static final Set<String> TEXTUAL_APPLICATIONS =
      Set.of(
          "json",
          "xml",
          "javascript",
          "ecmascript",
          "x-javascript",
          "x-ndjson",
          "ndjson",
          "jsonl",
          "x-www-form-urlencoded",
          "yaml",
          "x-yaml",
          "toml",
          "csv",
          "sql",
          "graphql",
          "rtf",
          "xml-dtd",
          "x-sh",
          "x-httpd-php");

  /** Decodes a body; what is malformed becomes U+FFFD. */
  static PageText decode(byte[] body, MediaKind kind, Optional<Charset> override) {
    Optional<Mark> mark = Mark.of(body);
    Charset charset =
        override
            .or(() -> mark.map(Mark::charset))
            .or(() -> kind.charset().flatMap(PageText::charset))
            .or(() -> kind.isMarkup() ? declared(body) : Optional.empty())
            .orElse(StandardCharsets.UTF_8);
    int skipped =
        mark.filter(m -> m.charset().equals(charset)).map(m -> m.latin1().length()).orElse(0);
    return new PageText(
        new String(body, skipped, body.length - skipped, charset),
        charset.name().toLowerCase(Locale.ROOT));
  }

  /**
   * Whether a body is a gzip file, which no text begins like: servers that do not know the name's
   * {@code .gz} send one with the type of what is in it.
   */
  static boolean isPacked(byte[] body) {
    return body.length > 1 && (body[0] & 0xff) == 0x1f && (body[1] & 0xff) == 0x8b;
  }

  /** Whether a body is text: by its type, else by the absence of control characters. */
  static boolean isText(byte[] body, MediaKind kind) {
    if (kind.type().isEmpty()) {
      return Mark.of(body).isPresent() || !hasControls(body);
    }
    if (kind.charset().isPresent()) {
      return true;
    }
    String type = kind.type().get();
    String subtype = type.substring(type.indexOf('/') + 1);
    return type.startsWith("text/")
        || subtype.endsWith("+json")
        || subtype.endsWith("+xml")
        || (type.startsWith("application/") && TEXTUAL_APPLICATIONS.contains(subtype));
  }

  /** The charset of a label, read as browsers do: {@code iso-8859-1} means windows-1252. */
  static Optional<Charset> charset(String label) {
    String name = label.strip().toLowerCase(Locale.ROOT);
    String known =
        switch (name) {
          case "iso-8859-1",
              "iso8859-1",
              "iso_8859-1",
              "latin1",
              "latin-1",
              "l1",
              "us-ascii",
              "ascii" ->
              "windows-1252";
          case "iso-8859-9", "latin5" -> "windows-1254";
          case "iso-8859-11", "tis-620" -> "x-windows-874";
          case "gb2312", "gb_2312-80", "gbk", "x-gbk" -> "gb18030";
          case "shift_jis", "shift-jis", "sjis", "x-sjis" -> "windows-31j";
          case "euc-kr", "ks_c_5601-1987", "korean" -> "x-windows-949";
          case "big5" -> "big5-hkscs";
          case "unicode", "utf-16" -> "utf-16le";
          default -> name;
        };
    try {
      return Optional.of(Charset.forName(known));
    } catch (IllegalArgumentException unknown) {
      return Optional.empty();
    }
  }

  private static Optional<Charset> declared(byte[] body) {
    String start =
        new String(body, 0, Math.min(body.length, SNIFFED_BYTES), StandardCharsets.ISO_8859_1);
    Matcher found = DECLARED.matcher(start);
    if (!found.find()) {
      return Optional.empty();
    }
    String label = found.group(1) == null ? found.group(2) : found.group(1);
    // what could be read as ASCII so far is not UTF-16
    return label.toLowerCase(Locale.ROOT).startsWith("utf-16")
        ? Optional.of(StandardCharsets.UTF_8)
        : charset(label);
  }

  private static boolean hasControls(byte[] body) {
    for (int i = 0; i < Math.min(body.length, SNIFFED_BYTES); i++) {
      int b = body[i] & 0xff;
      if (b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b) {
        return true;
      }
    }
    return false;
  }

  /** A byte order mark and what it means. */
  private record Mark(Charset charset, String latin1) {
    private static final List<Mark> ALL =
        List.of(
            new Mark(StandardCharsets.UTF_8, "\u00ef\u00bb\u00bf"),
            new Mark(StandardCharsets.UTF_16BE, "\u00fe\u00ff"),
            new Mark(StandardCharsets.UTF_16LE, "\u00ff\u00fe"));

    static Optional<Mark> of(byte[] body) {
      String start = new String(body, 0, Math.min(body.length, 3), StandardCharsets.ISO_8859_1);
      return ALL.stream().filter(mark -> start.startsWith(mark.latin1)).findFirst();
    }
  }
}
