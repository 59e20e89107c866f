package dev.stygian.services.extract;

import static dev.stygian.services.extract.Extracts.extract;
import static dev.stygian.services.extract.Extracts.failure;
import static dev.stygian.services.extract.Extracts.output;
import static dev.stygian.services.extract.Extracts.page;
import static dev.stygian.services.extract.Extracts.run;
import static dev.stygian.services.extract.Extracts.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.ServiceRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class ExtractServiceTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  @Test
  void isFoundByItsName() {
    try (ServiceRegistry registry = ServiceRegistry.defaultWithEnv()) {
      assertThat(registry.service("extract")).isInstanceOf(ExtractService.class);
    }
  }

  /** The page of the crawl that rivals are measured on: title, first h1, number of links. */
  @Test
  void aJavadocPageGivesTitleHeadingAndLinks() {
    JsonNode output =
        extract(
            """
            fields.title = "title"
            fields.h1 = "h1"
            fields.links = { css = "a[href]", count = true }
            """,
            """
            <!DOCTYPE HTML><html lang="en"><head><title>ThreadFactory (Java SE 17 &amp; JDK 17)</title></head>
            <body><a id="x">no link</a><a href="#skip">Skip</a><svg><title>icon</title></svg>
            <h1 title="Interface ThreadFactory" class="title">Interface\u00a0<br>Thread<wbr>Factory
            &lt;T&gt;</h1><a href="">self</a></body></html>
            """);
    assertThat(output)
        .hasToString(
            "{\"title\":\"ThreadFactory (Java SE 17 & JDK 17)\",\"h1\":\"Interface ThreadFactory"
                + " <T>\",\"links\":2}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<p>a<br>b</p>                              | a b",
        "<p> a \\t\\n\\f\\r b&nbsp;&nbsp;c </p>         | a b c",
        "<p>so&shy;ft z&#8203;w e\u2003m</p>        | so\u00adft z\u200bw e\u2003m",
        "<p><b>a</b><i>b</i></p>                    | ab",
        "<p><span> a </span> <span> b</span> </p>   | a b",
        "<p><br>&nbsp;<br></p>                      | ``",
        "<p>x<script>var y</script><!-- z --></p>   | x",
        "<pre class=p>a\\n  b</pre>                  | a b",
      })
  void whiteSpaceIsNormalisedAsDefined(String html, String text) {
    assertThat(extract("fields.t = \"p, .p\"", html.translateEscapes()).get("t").asString())
        .isEqualTo(text);
  }

  @Test
  void aScriptHasItsSourceAsText() {
    assertThat(value("'script'", "<script>let a =  1</script>")).isEqualTo("\"let a = 1\"");
  }

  @Test
  void htmlKeepsItsWhiteSpace() {
    assertThat(value("{ css = 'p', type = 'html' }", "<p>a  <b>b</b>\n<i>c</i></p>"))
        .isEqualTo("\"a  <b>b</b>\\n<i>c</i>\"");
  }

  @ParameterizedTest
  @CsvSource({
    "page-2.html,            https://books.example/catalogue/page-2.html",
    "../x?a=1&b=2,           https://books.example/x?a=1&b=2",
    "?p=2,                   https://books.example/catalogue/page-1.html?p=2",
    "#top,                   https://books.example/catalogue/page-1.html#top",
    "//cdn.example/i.png,    https://cdn.example/i.png",
    "' /a b ',               https://books.example/a%20b",
    "HTTP://Other.Example,   http://other.example/",
    "mailto:a@b.example,     mailto:a@b.example",
    "../../../up,            https://books.example/up",
  })
  void urlsAreAbsolute(String href, String url) {
    assertThat(value("'a@href'", "<a href=\"" + href + "\">x</a>")).isEqualTo('"' + url + '"');
  }

  @Test
  void whatIsNoUrlIsNull() {
    assertThat(value("'a@href'", "<a href=''>x</a>")).isEqualTo("null");
    assertThat(value("'a@href'", "<a href='http://['>x</a>")).isEqualTo("null");
  }

  @Test
  void urlsStartWhereTheRedirectEnded() {
    ObjectNode page = page("text/html", "<a href=x>").put("final_url", "https://moved.example/y/");
    assertThat(output(run("fields.a = 'a@href'", page)).get("a").asString())
        .isEqualTo("https://moved.example/y/x");
    page.put("body", "<base href='/z/'><a href=x>");
    assertThat(output(run("fields.a = 'a@href'", page)).get("a").asString())
        .isEqualTo("https://moved.example/z/x");
  }

  @Test
  void attributesAreFoundInAnyCaseAndStayAsTheyAreWithoutType() {
    assertThat(value("{ css = 'a', attr = 'HREF' }", "<A HREF='x  y'>")).isEqualTo("\"x y\"");
    assertThat(value("'a@data-id'", "<a data-id=7>")).isEqualTo("\"7\"");
    assertThat(value("'[href*=\"@\"]'", "<a href='a@b'>mail</a>")).isEqualTo("\"mail\"");
  }

  @ParameterizedTest
  @CsvSource({"true,true", "YES,true", "On,true", "1,true", "No,false", "0,false", "maybe,null"})
  void booleansAreReadFromWords(String text, String value) {
    assertThat(value("{ css = 'p', type = 'boolean' }", "<p>" + text)).isEqualTo(value);
  }

  @Test
  void aBooleanAttributeIsTrueByBeingThere() {
    String field = "{ css = 'input', attr = 'checked', type = 'boolean', default = false }";
    assertThat(value(field, "<input checked>")).isEqualTo("true");
    assertThat(value(field, "<input checked=CHECKED>")).isEqualTo("true");
    assertThat(value(field, "<input>")).isEqualTo("false");
  }

  @Test
  void decimalMarkAndFormatEndTheGuessing() {
    assertThat(value("{ css = 'p', type = 'number', decimal_mark = ',' }", "<p>1.234"))
        .isEqualTo("1234");
    assertThat(value("{ css = 'p', type = 'number', decimal_mark = ',' }", "<p>1.234,567"))
        .isEqualTo("1234.567");
    assertThat(value("{ css = 'p', type = 'number', decimal_mark = '.' }", "<p>1,5"))
        .isEqualTo("null");
    assertThat(value("{ css = 'p', type = 'date', format = 'MM/dd/yyyy' }", "<p>02/29/2024"))
        .isEqualTo("\"2024-02-29\"");
    assertThat(value("{ css = 'p', type = 'date', format = 'MM/dd/yyyy' }", "<p>02/30/2024"))
        .isEqualTo("null");
  }

  @Test
  void aDefaultStandsForWhatIsMissingOrUnfit() {
    assertThat(value("{ css = 'h2', default = 'x' }", "<p>")).isEqualTo("\"x\"");
    assertThat(value("{ css = 'p', type = 'number', default = 0 }", "<p>POA")).isEqualTo("0");
    assertThat(value("{ css = 'h2', all = true, default = ['x'] }", "<p>")).isEqualTo("[\"x\"]");
    assertThat(value("{ css = 'h2', required = true, default = 'x' }", "<p>")).isEqualTo("\"x\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ css = 'h2', required = true } | its selector \"h2\" matched nothing",
        "{ css = 'p', attr = 'id', required = true } | its selector \"p\" matched an element"
            + " without the attribute \"id\"",
        "{ css = 'p', regex = 'x(.)', required = true } | its regex finds nothing in \"call us\"",
        "{ css = 'p', type = 'number', required = true } | \"call us\" is no number",
        "{ css = 'i', required = true } | its selector \"i\" matched something empty",
        "{ css = 'h2', count = true, required = true } | its selector \"h2\" matched nothing",
        "{ xpath = '//h2', all = true, required = true } | its XPath \"//h2\" matched nothing",
        "{ css = 'h2', fields = {a = 'b'}, required = true } | its selector \"h2\" matched nothing",
      })
  void aRequiredFieldNamesItselfAndItsReason(String field, String why) {
    assertThat(failure(run("fields.price = " + field, page("text/html", "<p>call us</p><i></i>"))))
        .isEqualTo("field \"price\" is required, but " + why + " on " + Extracts.PAGE_URL);
  }

  @Test
  void aRequiredFieldOfARecordNamesItsPath() {
    assertThat(
            failure(
                run(
                    "fields.books = { css = 'li', all = true, fields.title = { css = 'b', required"
                        + " = true } }",
                    page("text/html", "<li><b>x</b></li><li>y</li>"))))
        .startsWith("field \"books[1].title\" is required");
  }

  @Test
  void longTextsAreCutInMessages() {
    String reason =
        failure(
            run(
                "fields.n = { css = 'p', type = 'number', required = true }",
                page("text/html", "<p>" + "𝕏".repeat(500))));
    assertThat(reason).contains("\"" + "𝕏".repeat(80) + "…\" is no number");
  }

  @Test
  void anEmptyResultIsFlaggedWhateverItsDefaults() {
    String fields =
        """
        fields.a = "h1"
        fields.b = { css = "h2", all = true }
        fields.c = { css = "h3", count = true }
        fields.d = { css = "h4", default = "x" }
        fields.e = { css = "body", fields.f = "h5" }
        """;
    JsonNode empty = extract(fields, "<h1></h1>");
    assertThat(empty.get("_empty").asBoolean()).isTrue();
    assertThat(extract("on_empty = 'keep'\n" + fields, "<p>").has("_empty")).isFalse();
    assertThat(extract(fields, "<h5>x</h5>").has("_empty")).isFalse();
  }

  @Test
  void aBareTextIsAPage() {
    assertThat(output(run("fields.a = 'h1'", JSON.stringNode("<h1>x</h1>"))).toString())
        .isEqualTo("{\"a\":\"x\"}");
  }

  @Test
  void fromNamesTheKeyThatHoldsThePage() {
    JsonNode input = Json.parse("{\"url\":\"https://a.example/\",\"html\":\"<a href=b>\"}");
    assertThat(output(run("from = 'html'\nfields.a = 'a@href'", input)).get("a").asString())
        .isEqualTo("https://a.example/b");
    assertThat(failure(run("from = 'htm'\nfields.a = 'a@href'", input)))
        .isEqualTo("the input has no \"htm\", which from names; it has \"url\", \"html\"");
    assertThat(failure(run("fields.a = 'h1'", input)))
        .isEqualTo(
            "the input has no page: no \"body\" with a text; set from to the key that holds one of"
                + " \"url\", \"html\"");
  }

  @Test
  void afterAJoinFromNamesThePredecessor() {
    Map<String, JsonNode> inputs = new LinkedHashMap<>();
    inputs.put("one", page("text/html", "<h1>1</h1>"));
    inputs.put("two", page("text/html", "<h1>2</h1>"));
    JsonNode item = JSON.stringNode(Extracts.PAGE_URL);
    assertThat(
            output(run(Extracts.config("from = 'two'\nfields.a = 'h1'"), inputs, item)).toString())
        .isEqualTo("{\"a\":\"2\"}");
    assertThat(failure(run(Extracts.config("fields.a = 'h1'"), inputs, item)))
        .isEqualTo("several nodes lead here; set from to the one to read: \"one\", \"two\"");
  }

  @Test
  void aFirstNodeReadsItsItem() {
    JsonNode config = Extracts.config("fields.a = { json = '$.b' }");
    assertThat(output(run(config, Map.of(), Json.parse("{\"b\":[1]}"))).toString())
        .isEqualTo("{\"a\":[1]}");
    assertThat(failure(run(config, Map.of(), JSON.stringNode("https://a.example/"))))
        .isEqualTo(
            "the item is the URL \"https://a.example/\", not a page; put an http node before"
                + " this one");
  }

  @Test
  void contentThatDoesNotSuitTheFieldsFails() {
    assertThat(failure(run("fields.a = 'h1'", page("application/json; charset=utf-8", "{}"))))
        .isEqualTo(
            Extracts.PAGE_URL
                + " is JSON (application/json), but the fields have CSS selectors or XPaths; use"
                + " json = \"$.…\"");
    assertThat(failure(run("fields.a = { json = '$.b' }", page("text/html", "<h1>"))))
        .startsWith(Extracts.PAGE_URL + " is no JSON (text/html): ");
    ObjectNode image = page("image/png", "").put("body_base64", "AA==");
    image.remove("body");
    assertThat(failure(run("fields.a = 'h1'", image)))
        .isEqualTo(Extracts.PAGE_URL + " is no text (image/png); nothing can be extracted from it");
  }

  @Test
  void theContentTypeTellsXmlFromHtml() {
    String xml = "<?xml version='1.0'?><Link>a<b/>c</Link>";
    assertThat(output(run("fields.a = 'Link > b'", page("text/xml", xml))).get("a").asString())
        .isEmpty();
    assertThat(output(run("fields.a = { xpath = '/Link' }", page("text/plain", xml))).toString())
        .isEqualTo("{\"a\":\"ac\"}");
    assertThat(
            output(run("fields.a = { xpath = '//link' }", page("text/html", xml)))
                .get("a")
                .isNull())
        .isFalse();
    assertThat(
            output(run("parser = 'xml'\nfields.a = { xpath = '/Link' }", page("text/html", xml)))
                .toString())
        .isEqualTo("{\"a\":\"ac\"}");
  }

  @Test
  void xmlEntitiesAreNeverLoaded() {
    String xml =
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'><!ENTITY y"
            + " 'boom'>]><a>[&x;&y;]</a>";
    assertThat(output(run("fields.a = 'a'", page("application/xml", xml))).toString())
        .isEqualTo("{\"a\":\"[&x;&y;]\"}");
  }

  /** Upstream's test 22: its 64 KB cut fell between the bytes of a character. */
  @Test
  void aTwoByteCharacterAtTheCutIsKept() {
    String html = "<h1>" + "x".repeat(63_995) + "ä</h1>";
    assertThat(html.getBytes(StandardCharsets.UTF_8).length).isGreaterThan(64_001);
    assertThat(extract("fields.h1 = 'h1'", html).get("h1").asString())
        .endsWith("xä")
        .hasSize(63_996);
  }

  @Test
  void jsonFunctionsGiveNumbers() {
    JsonNode body = page("application/json", "{\"a\":[{\"p\":1},{\"p\":2.5},{\"p\":null}]}");
    assertThat(
            output(
                    run(
                        """
                        fields.n = { json = "$.a.length()" }
                        fields.all = { json = "$..p", all = true }
                        fields.max = { json = "$.a[0,1].p", all = true, type = "text" }
                        fields.none = { json = "$.x.y.z" }
                        """,
                        body))
                .toString())
        .isEqualTo("{\"n\":3,\"all\":[1,2.5],\"max\":[\"1\",\"2.5\"],\"none\":null}");
  }

  @Test
  void oneServiceServesManyThreadsAndConfigs() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<JsonNode>> results = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        int n = i;
        // more configs than stay compiled
        String toml = "fields.f%d = 'div:has(> b) > i:last-of-type'".formatted(n % 400);
        results.add(
            threads.submit(
                () -> extract(toml, "<div><b>x</b><i></i><i>%d</i></div>".formatted(n))));
      }
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get().toString())
            .isEqualTo("{\"f%d\":\"%d\"}".formatted(i % 400, i));
      }
    }
  }
}
