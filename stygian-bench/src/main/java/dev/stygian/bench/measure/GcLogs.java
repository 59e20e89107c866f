package dev.stygian.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What JVMs allocate that others start, by what they write of their collections into a folder: a
 * line for each, and the state of the heap at the end. It starts no thread and leaves the caches of
 * classes as they are.
 */
public final class GcLogs {
  private static final String VARIABLE = "JAVA_TOOL_OPTIONS";
  private static final double MEGABYTE = 1 << 20;
  private static final double KILOBYTE = 1 << 10;
  private static final Pattern COLLECTED = Pattern.compile("GC\\(\\d+\\) .* (\\d+)M->(\\d+)M\\(");

  /** A generation or the whole heap at the end; what is no heap has no total. */
  private static final Pattern AT_THE_END = Pattern.compile("\\btotal .*\\bused (\\d+)K");

  private GcLogs() {}

  /** The environment that makes each JVM below a process write its log there. */
  public static Map<String, String> environment(Path folder) {
    String ours = "-Xlog:gc,gc+exit=info:file=" + folder.toAbsolutePath() + "/gc-%p.log";
    String given = Optional.ofNullable(System.getenv(VARIABLE)).map(o -> o + " ").orElse("");
    return Map.of(VARIABLE, given + ours);
  }

  /**
   * The bytes that those JVMs have allocated, to about a megabyte for each collection; their logs
   * are gone afterwards.
   */
  public static double takeAllocatedBytes(Path folder) throws IOException {
    double all = 0;
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> logs =
          files.filter(f -> f.getFileName().toString().matches("gc-\\d+\\.log")).toList();
      for (Path log : logs) {
        all += allocatedBytes(Files.readAllLines(log));
        Files.delete(log);
      }
    }
    return all;
  }

  /** Between two collections as much was allocated as the second found more than the first left. */
  static double allocatedBytes(List<String> log) {
    double bytes = 0;
    double left = 0;
    double atTheEnd = 0;
    for (String line : log) {
      Matcher collected = COLLECTED.matcher(line);
      Matcher end = AT_THE_END.matcher(line);
      if (collected.find()) {
        bytes += Long.parseLong(collected.group(1)) * MEGABYTE - left;
        left = Long.parseLong(collected.group(2)) * MEGABYTE;
      } else if (end.find()) {
        atTheEnd += Long.parseLong(end.group(1)) * KILOBYTE;
      }
    }
    return bytes + Math.max(0, atTheEnd - left);
  }
}
