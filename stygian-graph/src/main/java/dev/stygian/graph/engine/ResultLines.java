package dev.stygian.graph.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.queue.Result;
import java.io.ByteArrayOutputStream;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A result as one line of JSON: {@code {"item": …, "run": …, "node": …, "output": …, "attempts": n,
 * "key": …}}. Input and output are spliced in as they are, without being parsed.
 */
public final class ResultLines {
  private ResultLines() {}

  /** The line, with its end. */
  public static byte[] line(Result result) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    line.writeBytes("{\"item\":".getBytes(UTF_8));
    line.writeBytes(result.input().json());
    line.writeBytes((",\"run\":" + quoted(result.run().value())).getBytes(UTF_8));
    line.writeBytes((",\"node\":" + quoted(result.node()) + ",\"output\":").getBytes(UTF_8));
    line.writeBytes(result.output().json());
    line.writeBytes((",\"attempts\":" + result.attempts()).getBytes(UTF_8));
    line.writeBytes((",\"key\":\"" + result.key() + "\"}\n").getBytes(UTF_8));
    return line.toByteArray();
  }

  private static String quoted(String text) {
    return JsonNodeFactory.instance.stringNode(text).toString();
  }
}
