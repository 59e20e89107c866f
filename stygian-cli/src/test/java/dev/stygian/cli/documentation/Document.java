package dev.stygian.cli.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Markdown document and its fenced blocks. The first word after a fence says what is done with
 * the block, a second word names the file that it is saved as:
 *
 * <ul>
 *   <li>{@code sh}: each command is executed and has to succeed, or to end with the code that a
 *       comment behind it names ({@code # exit code 1})
 *   <li>{@code sh other}: likewise, on a terminal of its own, until the end of the document
 *   <li>{@code console}: commands behind {@code $}, each with all that it prints; {@code …} stands
 *       for any text within a line or, alone on one, for any lines
 *   <li>{@code toml} and {@code json}: a pipeline is checked, a part of one completed and checked
 *   <li>{@code java}: a file, which a later command compiles or runs
 *   <li>{@code text}: nothing; how many there are is counted
 * </ul>
 *
 * @param path relative to the repository
 */
record Document(Path path, String text, List<Block> blocks) {
  static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern FENCE = Pattern.compile("^\\s*```(.*)$");

  /**
   * A fenced block.
   *
   * @param line of the opening fence, from 1
   */
  record Block(int line, String info, String text) {
    String kind() {
      return info.split(" ", -1)[0];
    }

    /** The second word; empty where there is none. */
    String name() {
      int space = info.indexOf(' ');
      return space < 0 ? "" : info.substring(space + 1).strip();
    }
  }

  /** The documents that people read: those at the root, of docs and of examples. */
  static List<Document> all() {
    List<Path> paths = new ArrayList<>();
    for (String folder : List.of("docs", "examples")) {
      try (Stream<Path> files = Files.walk(REPOSITORY.resolve(folder))) {
        files.filter(f -> f.toString().endsWith(".md")).forEach(paths::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    try (Stream<Path> files = Files.list(REPOSITORY)) {
      files.filter(f -> f.toString().endsWith(".md")).forEach(paths::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return paths.stream().sorted().map(Document::read).toList();
  }

  static Document of(String path) {
    return read(REPOSITORY.resolve(path));
  }

  private static Document read(Path file) {
    try {
      String text = Files.readString(file);
      return new Document(REPOSITORY.relativize(file), text, blocks(file, text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Block> blocks(Path file, String text) {
    List<Block> blocks = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    String info = "";
    int begin = 0;
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      var fence = FENCE.matcher(line);
      if (fence.matches() && begin == 0) {
        begin = number;
        info = fence.group(1).strip();
        open.setLength(0);
      } else if (fence.matches()) {
        blocks.add(new Block(begin, info, open.toString()));
        begin = 0;
      } else if (begin > 0) {
        open.append(line).append('\n');
      }
    }
    if (begin > 0) {
      throw new AssertionError(file + ":" + begin + ": this block is never closed");
    }
    return blocks;
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
