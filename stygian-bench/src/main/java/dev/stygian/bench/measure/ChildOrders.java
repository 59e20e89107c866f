package dev.stygian.bench.measure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The side of a child process: obeys orders line by line until there are no more. */
public final class ChildOrders {
  static final String USAGE = "usage";
  static final String COMPILED = "compiled";
  static final String FAILED = "failed ";

  private ChildOrders() {}

  /** Carries out one order. */
  @FunctionalInterface
  public interface Obeying {
    /**
     * Carries it out to the end.
     *
     * @return the answer, without a line break
     */
    String obey(String[] words) throws Exception;
  }

  /**
   * Reads standard input to its end, which ends the process, whatever its threads are at: the
   * parent is done or gone, and next its server goes. Standard output holds the answers and nothing
   * else.
   */
  public static void serve(Obeying obeying) throws IOException {
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      answers.println(answer(line, obeying));
    }
    Runtime.getRuntime().halt(0);
  }

  private static String answer(String line, Obeying obeying) {
    if (line.equals(USAGE)) {
      Usage used = Meter.ofThisJvm();
      return used.clientCpuMicros() + " " + used.allocatedBytes();
    }
    if (line.equals(COMPILED)) {
      return Long.toString(WarmUp.compiledMillisHere());
    }
    try {
      return obeying.obey(line.split(" ", -1));
    } catch (Exception e) {
      e.printStackTrace(); // on standard error, which is the parent's
      return FAILED + e;
    }
  }
}
