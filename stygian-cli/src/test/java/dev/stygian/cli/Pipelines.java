package dev.stygian.cli;

import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.node.JsonNodeFactory;

/** Pipelines and inputs of tests. */
final class Pipelines {
  /** One node that hands its input on. */
  static final String NOOP_NODE =
      """
      [[nodes]]
      id = "pass"
      service = "noop"
      """;

  /** The same with a name. */
  static final String NOOP = "id = \"plain\"\n" + NOOP_NODE;

  /** A site and a pipeline that fetches its pages; {@code /missing.html} is not there. */
  static final String SITE =
      """
      id = "shop"
      [input]
      urls = ["/a.html", "/b.html", "/missing.html"]
      serve = "site"
      [[nodes]]
      id = "fetch"
      service = "http"
      [[nodes]]
      id = "extract"
      service = "extract"
      depends_on = ["fetch"]
      [nodes.config.fields]
      name = "h1"
      """;

  static final int PAGE_CHARACTERS = 50_000;

  private Pipelines() {}

  /** Lines of items with a page each that no compression makes small. */
  static String largePages(int items) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < items; i++) {
      StringBuilder page = new StringBuilder();
      new Random(i).ints(PAGE_CHARACTERS, ' ', '~').forEach(c -> page.append((char) c));
      all.append(JsonNodeFactory.instance.objectNode().put("page", page.toString())).append('\n');
    }
    return all.toString();
  }

  /** The same in distributed mode. */
  static String noopOn(String queue) {
    return "[execution]\nmode = \"distributed\"\nqueue = \""
        + queue
        + "\"\n"
        + NOOP.replace("id = \"plain\"\n", "");
  }

  /** One node that takes its time. */
  static String slow(String time) {
    return """
    id = "slow"
    [[nodes]]
    id = "wait"
    service = "delay"
    [nodes.config]
    duration = "%s"
    """
        .formatted(time);
  }

  /** Writes {@link #SITE} and its pages. */
  static void writeSite(Cli cli) {
    cli.write("site.toml", SITE);
    cli.write("site/a.html", "<h1>Page A</h1>");
    cli.write("site/b.html", "<h1>Page B</h1>");
  }

  /** URLs, one a line. */
  static String urls(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "https://books.example/" + i)
        .collect(Collectors.joining("\n", "", "\n"));
  }
}
