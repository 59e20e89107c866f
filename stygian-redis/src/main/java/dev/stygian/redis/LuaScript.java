package dev.stygian.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The operations of the queue: one file each, with the shared files that its include line names.
 */
enum LuaScript {
  OPEN,
  ENQUEUE,
  SHARE,
  CLOSE,
  LEASE,
  COMPLETE,
  NACK,
  RENEW,
  CANCEL,
  PAUSE,
  SET,
  DELIVER,
  REPLAY,
  DROP,
  RELIEVE,
  VISITED,
  SPENT,
  EMIT,
  COLLECT,
  RECEIPT,
  DIGESTS,
  KEEP,
  WHY,
  SURVEY,
  MEND,
  RECHECK;

  private static final String INCLUDE = "-- @include ";
  private static final String KEYS = "keys";

  /** Fills a module when something of it is asked for. */
  private static final String LATER =
      """
      local function later(module, fill)
        setmetatable(module, { __index = function(_, name)
          setmetatable(module, nil)
          fill()
          return module[name]
        end })
      end
      """;

  private final String text;
  private final String sha;

  LuaScript() {
    this.text = assemble(name().toLowerCase(java.util.Locale.ROOT) + ".lua");
    this.sha = sha1(text.getBytes(UTF_8));
  }

  byte[] text() {
    return text.getBytes(UTF_8);
  }

  /** What {@code EVALSHA} takes. */
  String sha() {
    return sha;
  }

  /** The text of the script that has this name; empty where none has. */
  static String textOf(String name) {
    return Arrays.stream(values())
        .filter(script -> script.name().equalsIgnoreCase(name))
        .findFirst()
        .map(script -> script.text)
        .orElse("");
  }

  /**
   * The keys first, as plain local names; then the shared files, each in a function of its own that
   * fills a table, by the file's name, with what others call; and the operation in a function
   * around them. Lua makes a script's functions anew at each call, and looks for each name that one
   * of them uses among all used names that are local beside it: so few stand beside one another,
   * and what a question mark follows is made where something of it is used.
   */
  private static String assemble(String file) {
    StringBuilder all = new StringBuilder();
    StringBuilder modules = new StringBuilder(LATER);
    StringBuilder operation = new StringBuilder();
    for (String line : read(file).split("\n", -1)) {
      if (line.startsWith(INCLUDE)) {
        for (String part : line.substring(INCLUDE.length()).split(" ", -1)) {
          include(part, all, modules);
        }
      } else if (!line.startsWith("--")) {
        operation.append(line).append('\n');
      }
    }
    return all + "return (function()\n" + modules + operation + "end)()\n";
  }

  private static void include(String part, StringBuilder all, StringBuilder modules) {
    boolean isMadeLater = part.endsWith("?");
    String name = isMadeLater ? part.substring(0, part.length() - 1) : part;
    String text = withoutComments(read("include/" + name + ".lua"));
    if (name.equals(KEYS)) {
      all.append(text);
      return;
    }
    String module = Character.toUpperCase(name.charAt(0)) + name.substring(1);
    all.append("local ").append(module).append(" = {}\n");
    modules
        .append("do local function fill()\n")
        .append(text)
        .append("end ")
        .append(isMadeLater ? "later(" + module + ", fill)" : "fill()")
        .append(" end\n");
  }

  private static String withoutComments(String text) {
    StringBuilder code = new StringBuilder();
    text.lines().filter(l -> !l.startsWith("--")).forEach(l -> code.append(l).append('\n'));
    return code.toString();
  }

  private static String read(String file) {
    try (InputStream in = LuaScript.class.getResourceAsStream("lua/" + file)) {
      if (in == null) {
        throw new IllegalStateException("the script " + file + " is missing from this build");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the script " + file + " cannot be read", e);
    }
  }

  private static String sha1(byte[] text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
