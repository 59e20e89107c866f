package dev.stygian.services.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import okhttp3.Headers;
import org.brotli.dec.BrotliInputStream;

/**
 * A response's body, unpacked. What is read and what comes out unpacked is counted while it
 * streams, so neither an endless answer nor a small one that unpacks to gigabytes is ever held.
 */
sealed interface Body {
  int MAX_CODINGS = 4;
  int BUFFER_BYTES = 16 * 1024;

  /** The whole body; compared by nobody, so the array does no harm. */
  @SuppressWarnings("ArrayRecordComponent")
  record Complete(byte[] bytes) implements Body {}

  /** More than the cap; {@code what} says of what. */
  record TooLarge(String what) implements Body {}

  /** A content coding that was not asked for and cannot be undone. */
  record CodingUnknown(String coding) implements Body {}

  /**
   * Reads a body to its end or to the cap.
   *
   * @throws IOException where it breaks off or does not unpack
   */
  static Body read(InputStream wire, Headers headers, long declaredBytes, long maxBytes)
      throws IOException {
    List<String> codings = codings(headers);
    for (String coding : codings) {
      if (!List.of("gzip", "x-gzip", "deflate", "br").contains(coding)) {
        return new CodingUnknown(coding);
      }
    }
    if (codings.size() > MAX_CODINGS) {
      return new CodingUnknown(String.join(", ", codings));
    }
    if (declaredBytes > maxBytes) {
      return new TooLarge("has " + declaredBytes + " bytes by its Content-Length");
    }
    CappedStream capped = new CappedStream(wire, maxBytes);
    try (InputStream unpacked = unpacked(capped, codings)) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = unpacked.read(buffer); n >= 0; n = unpacked.read(buffer)) {
        if (all.size() + (long) n > maxBytes) {
          return new TooLarge(codings.isEmpty() ? "goes on" : "goes on when unpacked");
        }
        all.write(buffer, 0, n);
      }
      return capped.isExceeded() ? new TooLarge("goes on") : new Complete(all.toByteArray());
    } catch (IOException e) {
      if (capped.isExceeded()) {
        return new TooLarge("goes on");
      }
      throw e;
    }
  }

  private static List<String> codings(Headers headers) {
    return headers.values("Content-Encoding").stream()
        .flatMap(value -> Arrays.stream(value.split(",")))
        .map(coding -> coding.strip().toLowerCase(Locale.ROOT))
        .filter(coding -> !coding.isEmpty() && !coding.equals("identity"))
        .toList();
  }

  /** Undoes the codings, the last one first. An empty body stays empty whatever its coding. */
  private static InputStream unpacked(InputStream wire, List<String> codings) throws IOException {
    InputStream in = wire;
    for (String coding : codings.reversed()) {
      PushbackInputStream ahead = new PushbackInputStream(in, 2);
      int first = ahead.read();
      if (first < 0) {
        return ahead;
      }
      int second = ahead.read();
      if (second >= 0) {
        ahead.unread(second);
      }
      ahead.unread(first);
      in =
          switch (coding) {
            case "br" -> new BrotliInputStream(ahead, BUFFER_BYTES);
            case "deflate" -> inflated(ahead, isZlib(first, second));
            default -> new GzipContent(ahead, BUFFER_BYTES);
          };
    }
    return in;
  }

  /** Whether two bytes are a zlib header: some servers send bare deflate data instead. */
  private static boolean isZlib(int first, int second) {
    return (first & 0x0f) == 8 && (first << 8 | second) % 31 == 0;
  }

  private static InputStream inflated(InputStream in, boolean zlib) {
    Inflater inflater = new Inflater(!zlib);
    return new InflaterInputStream(in, inflater, BUFFER_BYTES) {
      @Override
      public void close() throws IOException {
        inflater.end();
        super.close();
      }
    };
  }
}
