package dev.stygian.redis;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names the command that a user may not run. Where a script is refused one in its middle, the
 * server tells no more than the line: there stands the command.
 */
final class MissingRight {
  private static final Pattern IN_SCRIPT = Pattern.compile("user_script:\\s*(\\d+)");
  private static final Pattern CALL = Pattern.compile("redis\\.p?call\\([^)]*?'([A-Z]+)'");
  private static final Pattern PLAIN = Pattern.compile("run the '([^']+)' command");

  private MissingRight() {}

  /** Whether an error tells that a script may not do something. */
  static boolean isIn(String error) {
    return error.contains("user executing the script can't");
  }

  /**
   * What to do about an error of a missing right.
   *
   * @param script the text of what was called; empty where it was a plain command
   * @return empty where it is no such error
   */
  static Optional<String> advice(String error, String script) {
    Matcher plain = PLAIN.matcher(error);
    if (plain.find()) {
      return Optional.of(allow(plain.group(1).toUpperCase(Locale.ROOT)));
    } else if (!isIn(error) && !error.startsWith("NOPERM")) {
      return Optional.empty();
    }
    Matcher line = IN_SCRIPT.matcher(error);
    List<String> lines = script.lines().toList();
    if (line.find() && Integer.parseInt(line.group(1)) <= lines.size()) {
      TreeSet<String> commands = new TreeSet<>();
      CALL.matcher(lines.get(Integer.parseInt(line.group(1)) - 1))
          .results()
          .forEach(call -> commands.add(call.group(1)));
      if (!commands.isEmpty()) {
        return Optional.of(allow(String.join(" or ", commands)));
      }
    }
    return Optional.of(
        Trouble.firstLine(error) + "; the user needs the rights that docs/operating.md lists");
  }

  private static String allow(String commands) {
    return "the user may not run "
        + commands
        + "; give it the rights that docs/operating.md lists (ACL SETUSER)";
  }
}
