package dev.stygian.cli.documentation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Compares what a document shows with what was printed: times, ids that are made up and ports may
 * differ, and {@code …} stands for anything within a line or, alone on a line, for any lines.
 */
final class Shown {
  private record Variable(Pattern pattern, String name) {}

  private static final List<Variable> VARIABLES =
      List.of(
          new Variable(Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z"), "TIME"),
          new Variable(Pattern.compile("-\\d{8}-\\d{6}-[0-9a-f]{4}\\b"), "-RUN"),
          new Variable(Pattern.compile("127\\.0\\.0\\.1:\\d+"), "127.0.0.1:PORT"),
          new Variable(Pattern.compile("in flight, [^,\\n]+, [\\d.]+/s"), "in flight, TIME, RATE"),
          new Variable(Pattern.compile("TIME, \\S+ (in all|ago)"), "TIME, SPAN"),
          new Variable(Pattern.compile("\\bpid-\\d+-[0-9a-f]+"), "WORKER"),
          new Variable(Pattern.compile("(?m)^ +"), ""),
          new Variable(Pattern.compile("(?m)  +"), "  "),
          new Variable(Pattern.compile("(?m)[ \\t]+$"), ""));

  private Shown() {}

  static boolean matches(String expected, String printed) {
    return pattern(normal(expected)).matcher(normal(printed)).matches();
  }

  static String normal(String text) {
    String normal = text.strip();
    for (Variable variable : VARIABLES) {
      normal = variable.pattern.matcher(normal).replaceAll(variable.name);
    }
    return normal;
  }

  private static Pattern pattern(String expected) {
    List<String> parts = new ArrayList<>();
    for (String line : expected.split("\n", -1)) {
      parts.add(
          line.strip().equals("…")
              ? "(?s:.*)"
              : Arrays.stream(line.split("…", -1))
                  .map(Pattern::quote)
                  .collect(Collectors.joining(".*")));
    }
    return Pattern.compile(String.join("\n", parts));
  }
}
