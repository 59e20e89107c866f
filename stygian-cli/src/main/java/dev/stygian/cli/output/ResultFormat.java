package dev.stygian.cli.output;

import dev.stygian.graph.engine.ResultLines;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.queue.Result;
import java.nio.file.Path;

/** How results stand in a file. Used by one thread. */
interface ResultFormat {
  /** What stands before the first result. */
  byte[] head(Result first);

  /** One result, with its end of line. */
  byte[] line(Result result);

  /** One JSON object a line. */
  ResultFormat JSON_LINES =
      new ResultFormat() {
        @Override
        public byte[] head(Result first) {
          return new byte[0];
        }

        @Override
        public byte[] line(Result result) {
          return ResultLines.line(result);
        }
      };

  /**
   * The format that a file's name asks for.
   *
   * @param begun whether the file has results already
   */
  static ResultFormat of(Path file, boolean begun) {
    return switch (ending(file)) {
      case "csv" -> begun ? CsvFormat.ofFile(file) : CsvFormat.create();
      default -> JSON_LINES;
    };
  }

  /**
   * Refuses a file whose name asks for no format.
   *
   * @throws SettingInvalidException naming those that there are
   */
  static void require(String file) {
    String ending = ending(Path.of(file));
    if (!ending.equals("jsonl") && !ending.equals("csv") && !file.startsWith("/dev/")) {
      throw new SettingInvalidException(
          "results cannot be written to \"" + file + "\": its name must end in .jsonl or .csv");
    }
  }

  private static String ending(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(java.util.Locale.ROOT);
  }
}
