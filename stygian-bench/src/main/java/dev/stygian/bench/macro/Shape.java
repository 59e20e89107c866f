package dev.stygian.bench.macro;

import java.util.ArrayList;
import java.util.List;

/**
 * A graph of nodes that do nothing.
 *
 * @param steps in an order in which they can be executed
 * @param results how many last nodes it has
 */
record Shape(String name, List<Step> steps, int results) {
  /** A node and those that it follows. */
  record Step(String node, List<String> after) {}

  static List<Shape> all() {
    return List.of(chain(1), chain(5), diamond(), fan(10));
  }

  static Shape chain(int length) {
    List<Step> steps = new ArrayList<>(List.of(new Step("n0", List.of())));
    for (int i = 1; i < length; i++) {
      steps.add(new Step("n" + i, List.of("n" + (i - 1))));
    }
    return new Shape("chain of " + length, steps, 1);
  }

  static Shape diamond() {
    return new Shape(
        "diamond",
        List.of(
            new Step("top", List.of()),
            new Step("left", List.of("top")),
            new Step("right", List.of("top")),
            new Step("bottom", List.of("left", "right"))),
        1);
  }

  static Shape fan(int width) {
    List<Step> steps = new ArrayList<>(List.of(new Step("root", List.of())));
    for (int i = 0; i < width; i++) {
      steps.add(new Step("leaf" + i, List.of("root")));
    }
    return new Shape("1-to-" + width + " fan", steps, width);
  }

  /** As a pipeline file. */
  String toml() {
    StringBuilder text = new StringBuilder("id = \"shape\"\n");
    for (Step step : steps) {
      text.append("[[nodes]]\nid = \"").append(step.node()).append("\"\nservice = \"noop\"\n");
      if (!step.after().isEmpty()) {
        text.append("depends_on = [\"").append(String.join("\", \"", step.after())).append("\"]\n");
      }
    }
    return text.toString();
  }
}
