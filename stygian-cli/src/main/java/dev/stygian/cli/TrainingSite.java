package dev.stygian.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The pages that {@link StartupTraining} crawls: made up, but of the size and with the markup of
 * real ones, because the compiler optimises for what it saw. Shops, articles and references differ
 * in how deep and how wide they are.
 */
final class TrainingSite {
  static final String PIPELINE = "training.toml";
  private static final int PAGES = 60;
  private static final int SEED = 20;
  private static final String[] WORDS = {
    "the",
    "queue",
    "holds",
    "a",
    "task",
    "until",
    "its",
    "lease",
    "ends",
    "and",
    "another",
    "worker",
    "takes",
    "it",
    "&amp;",
    "results",
    "are",
    "written",
    "once",
    "caf\u00e9",
    "&lt;T&gt;",
    "returns",
    "null",
    "if",
    "no",
    "element",
    "&mdash;",
    "matches",
    "\u4e16\u754c",
    "&nbsp;"
  };

  private final Random random;
  private final StringBuilder html = new StringBuilder();

  private TrainingSite(int page) {
    random = new Random(SEED + page);
  }

  /** Writes the pages and the pipeline into {@code folder}. */
  static void write(Path folder) throws IOException {
    Path site = Files.createDirectory(folder.resolve("site"));
    for (int page = 0; page < PAGES; page++) {
      Files.writeString(site.resolve(page + ".html"), new TrainingSite(page).page(page));
    }
    Files.writeString(
        folder.resolve(PIPELINE),
        """
        [execution]
        workers = 16

        [input]
        serve = "site"

        [[nodes]]
        id = "fetch"
        service = "http"

        [[nodes]]
        id = "extract"
        service = "extract"
        depends_on = ["fetch"]

        [nodes.config.fields]
        title = "title"
        h1 = "h1"
        description = "meta[name=description]@content"
        price = { css = ".price", type = "number" }
        tags = { css = "ul.tags li", all = true }
        links = { css = "a[href]", count = true }
        next = { css = "a.next", attr = "href", type = "url" }
        """);
  }

  /** Writes a list of {@code count} URLs, each another item, and gives its name. */
  static String urls(Path folder, String name, int count) throws IOException {
    String lines =
        IntStream.range(0, count)
            .mapToObj(i -> "/" + i % PAGES + ".html?" + i)
            .collect(Collectors.joining("\n", "", "\n"));
    Files.writeString(folder.resolve(name), lines);
    return name;
  }

  private String page(int page) {
    html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>Page ")
        .append(page)
        .append("</title>\n<meta charset=\"utf-8\">\n<meta name=\"description\" content=\"");
    words(12);
    html.append("\">\n<link rel=\"stylesheet\" href=\"style.css\">\n")
        .append("<script type=\"text/javascript\">var page = '<a href>';</script>\n</head>\n")
        .append("<body class=\"page kind")
        .append(page % 3)
        .append("\">\n<!-- navigation -->\n");
    navigation();
    html.append("<main role=\"main\">\n<h1 title=\"Page\">Page <b>")
        .append(page)
        .append("</b></h1>\n");
    switch (page % 3) {
      case 0 -> shop();
      case 1 -> article();
      default -> reference();
    }
    html.append("<a class=\"next\" href=\"")
        .append((page + 1) % PAGES)
        .append(".html\">Next</a>\n");
    return html.append("</main>\n</body>\n</html>\n").toString();
  }

  private void navigation() {
    html.append("<header><nav><ul class=\"menu\">\n");
    for (int i = 0; i < 20; i++) {
      html.append("<li><a href=\"../").append(i).append(".html\" title=\"");
      words(3);
      html.append("\">");
      words(2);
      html.append("</a></li>\n");
    }
    html.append("</ul></nav><form action=\"/find\"><input type=\"text\" name=\"q\" disabled>")
        .append("<button type=\"submit\">Find</button></form></header>\n");
  }

  private void shop() {
    for (int i = 0; i < 60; i++) {
      html.append("<div class=\"product card\" data-id='")
          .append(i)
          .append("'>\n<img src=\"")
          .append(i)
          .append(".png\" alt=\"\"/>\n<h2><a href=\"")
          .append(i)
          .append(".html\">");
      words(4);
      html.append("</a></h2><br>\n<span class=\"price\">")
          .append(random.nextInt(1000))
          .append(".50 &euro;</span>\n<ul class=\"tags\"><li>");
      words(1);
      html.append("<li>");
      words(1);
      html.append("</ul></div>\n");
    }
  }

  private void article() {
    for (int i = 0; i < 40; i++) {
      html.append("<p>");
      words(40);
      html.append(" <a href=\"#note").append(i).append("\"><em>");
      words(2);
      html.append("</em></a>, <strong>");
      words(2);
      html.append("</strong> <code>");
      words(1);
      html.append("</code>.");
      html.append(i % 2 == 0 ? "</p>\n" : "\n"); // as many pages do
    }
  }

  private void reference() {
    html.append("<table id=\"all\">\n")
        .append("<thead><tr><th scope=\"col\">Name</th><th>Meaning</th></tr></thead>\n")
        .append("<tbody>\n");
    for (int i = 0; i < 60; i++) {
      html.append("<tr class=\"row")
          .append(i % 2)
          .append("\"><td><code><a href=\"#m")
          .append(i)
          .append("()\">");
      words(1);
      html.append("</a></code></td>\n<td><div class=\"block\">");
      words(15);
      html.append("</div></td></tr>\n");
    }
    html.append("</tbody></table>\n<dl>\n");
    for (int i = 0; i < 40; i++) {
      html.append("<dt id=\"m").append(i).append("\"><span class=\"label\">");
      words(2);
      html.append("</span></dt>\n<dd><pre>");
      words(12);
      html.append("</pre></dd>\n");
    }
    html.append("</dl>\n");
  }

  private void words(int count) {
    for (int i = 0; i < count; i++) {
      html.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
    }
  }
}
