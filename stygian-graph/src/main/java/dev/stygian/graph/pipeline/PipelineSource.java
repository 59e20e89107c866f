package dev.stygian.graph.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;

/** From a file to its positioned tree, within bounds. */
final class PipelineSource {
  /** No pipeline that a person wrote is near it. */
  static final int MAX_BYTES = 1 << 20;

  /** Levels of tables and arrays within each other. */
  static final int MAX_DEPTH = 50;

  /** Where the readers give up, so that no file can exhaust the stack. */
  static final int READ_DEPTH = 128;

  static final String TOO_DEEP =
      "tables and arrays are nested too deep; use at most " + MAX_DEPTH + " levels";

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private PipelineSource() {}

  /** The file's text; empty where a problem says why there is none. */
  static Optional<String> text(Path file, Problems problems) {
    if (Files.isDirectory(file)) {
      problems.syntax(Place.START, "this is a directory; name a .toml or .json file");
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      return bytes.length > MAX_BYTES ? tooLarge(problems) : decoded(bytes, problems);
    } catch (NoSuchFileException e) {
      problems.syntax(Place.START, "there is no such file; check its path");
    } catch (AccessDeniedException e) {
      problems.syntax(Place.START, "the file may not be read; check its permissions");
    } catch (IOException e) {
      problems.syntax(
          Place.START, "the file cannot be read: " + e.getMessage() + "; check its path");
    }
    return Optional.empty();
  }

  static SourceValue.Table tree(String text, PipelineFormat format, Problems problems) {
    // a char is at least a byte, so this bound is never stricter than the file's
    if (text.length() > MAX_BYTES) {
      tooLarge(problems);
      return new SourceValue.Table(Place.START, new LinkedHashMap<>());
    }
    boolean isMarked = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
    String plain = isMarked ? text.substring(1) : text;
    SourceValue.Table root =
        switch (format) {
          case TOML -> TomlSource.read(plain, problems);
          case JSON -> JsonSource.read(plain, problems);
        };
    checkDepthAndTexts(root, 1, problems);
    return root;
  }

  private static void checkDepthAndTexts(SourceValue value, int depth, Problems problems) {
    if (depth > MAX_DEPTH) {
      problems.wrong(value.place(), TOO_DEEP);
      return;
    }
    switch (value) {
      case SourceValue.Table table ->
          table
              .entries()
              .forEach((key, entry) -> {
                checkText(key, entry.key(), problems);
                checkDepthAndTexts(entry.value(), depth + 1, problems);
              });
      case SourceValue.Array array ->
          array.elements().forEach(e -> checkDepthAndTexts(e, depth + 1, problems));
      case SourceValue.Text text -> checkText(text.text(), text.place(), problems);
      case SourceValue.Whole _,
          SourceValue.Decimal _,
          SourceValue.Flag _,
          SourceValue.Date _,
          SourceValue.Nothing _ -> {}
    }
  }

  /** Half of a surrogate pair has no bytes in UTF-8: two texts would become one in the queue. */
  private static void checkText(String text, Place place, Problems problems) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      problems.wrong(place, "the text holds half of a surrogate pair; write the whole character");
    }
  }

  private static Optional<String> tooLarge(Problems problems) {
    problems.syntax(
        Place.START, "the file is larger than 1 MB; keep long lists in [input] file instead");
    return Optional.empty();
  }

  private static Optional<String> decoded(byte[] bytes, Problems problems) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    String text = out.flip().toString();
    if (result.isError()) {
      int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
      int column = text.length() - text.lastIndexOf('\n');
      problems.syntax(
          new Place(line, column),
          String.format(
              "the byte 0x%02X is no UTF-8; save the file as UTF-8", bytes[in.position()]));
      return Optional.empty();
    }
    return Optional.of(text);
  }
}
