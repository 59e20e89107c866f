package dev.stygian.graph.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.queue.Result;
import dev.stygian.graph.settings.AsciiJson;
import java.io.ByteArrayOutputStream;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A result as one line of JSON: {@code {"item": …, "run": …, "node": …, "output": …, "attempts": n,
 * "key": …}}. Input and output are spliced in as they are, without being parsed.
 */
public final class ResultLines {
  private static final byte[] ITEM = "{\"item\":".getBytes(UTF_8);
  private static final byte[] RUN = ",\"run\":".getBytes(UTF_8);
  private static final byte[] NODE = ",\"node\":".getBytes(UTF_8);
  private static final byte[] OUTPUT = ",\"output\":".getBytes(UTF_8);
  private static final byte[] ATTEMPTS = ",\"attempts\":".getBytes(UTF_8);
  private static final byte[] KEY = ",\"key\":\"".getBytes(UTF_8);
  private static final byte[] END = "\"}\n".getBytes(UTF_8);

  /** What a line has beside input, output and names. */
  private static final int FRAME_BYTES = 120;

  private ResultLines() {}

  /** The line, with its end. */
  public static byte[] line(Result result) {
    String run = result.run().value();
    int expected =
        FRAME_BYTES
            + run.length()
            + result.node().length()
            + result.input().size()
            + result.output().size();
    ByteArrayOutputStream line = new ByteArrayOutputStream(expected);
    line.writeBytes(ITEM);
    result.input().writeJson(line);
    line.writeBytes(RUN);
    writeQuoted(run, line);
    line.writeBytes(NODE);
    writeQuoted(result.node(), line);
    line.writeBytes(OUTPUT);
    result.output().writeJson(line);
    line.writeBytes(ATTEMPTS);
    line.writeBytes(Integer.toString(result.attempts()).getBytes(ISO_8859_1));
    line.writeBytes(KEY);
    line.writeBytes(result.key().toString().getBytes(ISO_8859_1));
    line.writeBytes(END);
    return line.toByteArray();
  }

  private static void writeQuoted(String text, ByteArrayOutputStream line) {
    byte[] plain = AsciiJson.text(text);
    line.writeBytes(
        plain == null
            ? JsonNodeFactory.instance.stringNode(text).toString().getBytes(UTF_8)
            : plain);
  }
}
