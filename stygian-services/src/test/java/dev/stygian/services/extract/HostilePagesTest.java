package dev.stygian.services.extract;

import static dev.stygian.services.extract.Extracts.extract;
import static dev.stygian.services.extract.Extracts.failure;
import static dev.stygian.services.extract.Extracts.output;
import static dev.stygian.services.extract.Extracts.page;
import static dev.stygian.services.extract.Extracts.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.service.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Pages that would overflow a stack, hold a thread or break a parser. */
@Timeout(60)
class HostilePagesTest {
  private static final String FIELDS =
      """
      fields.title = "h1"
      fields.text = "body"
      fields.html = { css = "body", type = "html" }
      fields.deep = { css = "div div > div:last-child", count = true }
      fields.links = { css = "a", attr = "href", all = true, type = "url" }
      fields.number = { css = "p", type = "number" }
      fields.date = { css = "p", type = "date" }
      fields.path = { xpath = "//b/@id | //i", all = true, regex = "(.)*x" }
      fields.rows = { css = "li", all = true, fields = { a = "@id", b = { xpath = "b[last()]" } } }
      """;
  private static final List<String> PIECES =
      List.of(
          "<div>",
          "</div>",
          "<h1>",
          "</h1>",
          "<p>",
          "<a href='",
          "x'>",
          "<li id=1>",
          "<b>",
          "<i>",
          "</b>",
          "<table>",
          "<tr>",
          "<td>",
          "<svg>",
          "<math>",
          "<title>",
          "<template>",
          "<select>",
          "<option>",
          "<script>",
          "</script>",
          "<!--",
          "-->",
          "<![CDATA[",
          "]]>",
          "<?xml",
          "<base href=",
          "http://[",
          "&amp;",
          "&#x110000;",
          "&nbsp;",
          "\u0000",
          "\ud800",
          "\ufffe",
          "𝕏",
          "1.2,3",
          "-",
          "£",
          "2024-02-30",
          "<plaintext>",
          "<frameset>",
          "<br>",
          "\"",
          "'",
          ">",
          "<",
          "/",
          "=",
          " ");

  /** A failure prints the seed, which alone replays it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anyInputEndsInAnOutcome(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      StringBuilder html = new StringBuilder();
      for (int i = random.nextInt(120); i > 0; i--) {
        html.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      String type = List.of("text/html", "application/xml", "text/plain").get(random.nextInt(3));
      assertThat(run(FIELDS, page(type, html.toString())))
          .as("seed %d, round %d: %s", seed, round, html)
          .isInstanceOfAny(Outcome.Success.class, Outcome.Permanent.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"<div>", "<b>", "<table><tr><td>", "<svg>", "<a href=x>"})
  void hundredThousandNestedElementsDoNotOverflowTheStack(String tag) {
    JsonNode output = extract(FIELDS, tag.repeat(100_000) + "<h1>found</h1>");
    assertThat(output.get("title").asString()).isEqualTo("found");
  }

  @Test
  void aMillionDigitsAndMarksAreNoNumber() {
    for (String text : List.of("1.1,", "1", "1'1", "-", "1e")) {
      assertThat(
              extract(
                      "fields.n = { css = 'p', type = 'number', default = -1 }",
                      "<p>" + text.repeat(1_000_000))
                  .get("n")
                  .asInt())
          .as(text)
          .isEqualTo(text.equals("1e") ? 1 : -1);
    }
  }

  @Test
  void deepXmlDoesNotOverflowTheStack() {
    String xml = "<a>".repeat(100_000) + "<h1>found</h1>" + "</a>".repeat(100_000);
    assertThat(
            output(run(FIELDS.replace("body", "a"), page("text/xml", xml))).get("title").asString())
        .isEqualTo("found");
  }

  @Test
  void deepJsonIsRefused() {
    String json = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(
            failure(
                run("fields.a = { json = '$..b', all = true }", page("application/json", json))))
        .contains("is no JSON (application/json): ");
  }

  @Test
  void aPageOfTenMegabytesIsExtracted() {
    String row = "<li id=5><b>x</b> <a href='/item?id=1'>some more text to read</a></li>\n";
    String html = "<h1>big</h1><ul>" + row.repeat(10_000_000 / row.length()) + "</ul>";
    assertThat(
            extract(
                    """
                    fields.title = "h1"
                    fields.rows = { css = "li", count = true }
                    fields.links = { css = "a", attr = "href", all = true, type = "url" }
                    """,
                    html)
                .get("links"))
        .hasSize(10_000_000 / row.length());
  }

  @Test
  void aRegexThatNeverEndsFailsThePage() {
    String html = "<p>" + "a".repeat(5_000);
    assertThat(failure(run("fields.x = { css = 'p', regex = '(a+)+b' }", page("text/html", html))))
        .startsWith("the regex of field \"x\" gave up on \"aaaa")
        .endsWith("after 10000000 steps; make it simpler");
  }

  @Test
  void aRegexThatRecursesTooDeeplyFailsThePage() throws Exception {
    String html = "<p>" + "ab".repeat(500_000);
    // on a virtual thread, as the engine runs services
    FutureTask<String> task =
        new FutureTask<>(() ->
            failure(run("fields.x = { css = 'p', regex = '(a|b)*c' }", page("text/html", html))));
    Thread.ofVirtual().start(task);
    assertThat(task.get(30, TimeUnit.SECONDS)).startsWith("the regex of field \"x\" gave up");
  }

  @Test
  void elementsWithinElementsCannotFillTheHeap() {
    String html = "<div>".repeat(500) + "x".repeat(500_000);
    assertThat(failure(run("fields.x = { css = 'div', all = true }", page("text/html", html))))
        .startsWith("the fields hold more than 33554432 characters on " + Extracts.PAGE_URL);
  }

  @Test
  void manyRecordsWithXpathTakeTimeInProportion() {
    String html = "<ul>" + "<li><b>x</b></li>".repeat(5_000) + "</ul>";
    assertThat(
            extract("fields.x = { css = 'li', all = true, fields.b.xpath = 'b' }", html).get("x"))
        .hasSize(5_000);
  }

  @Test
  void anInterruptEndsTheExtraction() {
    var call =
        Extracts.call(
            Extracts.config("fields.x = { css = 'p', all = true }"),
            Map.of("fetch", page("text/html", "<p>x")),
            JsonNodeFactory.instance.stringNode(Extracts.PAGE_URL));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> new ExtractService().execute(call))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }
}
