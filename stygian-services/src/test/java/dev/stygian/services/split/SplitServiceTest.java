package dev.stygian.services.split;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.LoneFleet;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.Environment;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class SplitServiceTest {
  private final SplitService service = new SplitService();
  private final List<Integer> batches = new ArrayList<>();
  private final List<String> parts = new ArrayList<>();

  private final LoneFleet fleet =
      new LoneFleet() {
        @Override
        public void emit(List<JsonNode> values) {
          batches.add(values.size());
          values.forEach(value -> parts.add(value.toString().replace('"', '\'')));
        }
      };

  private Outcome split(String config, JsonNode item, Map<String, JsonNode> inputs)
      throws InterruptedException {
    return service.execute(
        new ServiceCall(
            "pipeline",
            "node",
            1,
            new Item("0", item),
            Config.of(
                service.descriptor().config(), (ObjectNode) json(config), Environment.of(Map.of())),
            inputs,
            EgressRule.publicOnly(),
            Optional.empty(),
            fleet));
  }

  private void became(String config, JsonNode input) throws InterruptedException {
    assertThat(split(config, JsonNodeFactory.instance.nullNode(), Map.of("before", input)))
        .isEqualTo(new Outcome.Became());
  }

  private String refused(String config, JsonNode input) throws InterruptedException {
    Outcome outcome = split(config, JsonNodeFactory.instance.nullNode(), Map.of("before", input));
    assertThat(outcome).isInstanceOf(Outcome.Permanent.class);
    return ((Outcome.Permanent) outcome).reason();
  }

  private static JsonNode json(String text) {
    return Json.parse(text.replace('\'', '"'));
  }

  private static JsonNode body(String text) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("final_url", "https://shop.example/list")
        .put("body", text);
  }

  @Test
  void aListIsSplitIntoItsElements() throws Exception {
    became("{}", json("[1,'two',{'n':3},null,[]]"));

    assertThat(parts).containsExactly("1", "'two'", "{'n':3}", "null", "[]");
  }

  @Test
  void theListMayStandInAFieldOrBehindAPointer() throws Exception {
    became("{'field':'a'}", json("{'a':[1]}"));
    became("{'field':'/b/0/c'}", json("{'b':[{'c':[2]}]}"));

    assertThat(parts).containsExactly("1", "2");
  }

  @Test
  void aFirstNodeSplitsItsItemAndAJoinItsInputs() throws Exception {
    var _ = split("{'field':'a'}", json("{'a':[1]}"), Map.of());
    var _ =
        split(
            "{'field':'/x/list'}",
            json("{}"),
            Map.of("x", json("{'list':[2]}"), "y", json("{'list':[3]}")));

    assertThat(parts).containsExactly("1", "2");
  }

  @Test
  void anEmptyListBecomesNothing() throws Exception {
    became("{}", json("[]"));

    assertThat(batches).isEmpty();
  }

  @Test
  void partsGoOutAFewHundredAtATime() throws Exception {
    String list =
        IntStream.range(0, 450).mapToObj(String::valueOf).collect(Collectors.joining(","));

    became("{}", json("[" + list + "]"));

    assertThat(batches).containsExactly(200, 200, 50);
    assertThat(parts).hasSize(450).startsWith("0", "1").endsWith("449");
  }

  @Test
  void aTextOfJsonIsReadUpToTheListThatIsNamed() throws Exception {
    became("{'format':'json'}", body("[1, {\"n\": [2]}]"));
    became(
        "{'format':'json','at':'/data/1/rows'}",
        body("{\"x\":{\"rows\":[0]},\"data\":[[9],{\"a\":{},\"rows\":[{\"n\":3},4]}],\"z\":[5]}"));

    assertThat(parts).containsExactly("1", "{'n':[2]}", "{'n':3}", "4");
  }

  @Test
  void linesMayBeTextsOrJson() throws Exception {
    became("{'format':'lines'}", body(" a \r\n\r\nb\n"));
    became("{'format':'jsonl'}", body("{\"n\":1}\n\n2\n"));
    became("{'format':'lines','field':'/names'}", json("{'names':'c'}"));
    became("{'format':'lines'}", json("'d'"));

    assertThat(parts).containsExactly("'a'", "'b'", "{'n':1}", "2", "'c'", "'d'");
  }

  @Test
  void rowsOfCsvAreObjectsByTheNamesOfTheFirstRow() throws Exception {
    became(
        "{'format':'csv'}",
        body("name,price\r\n\"Stool, \"\"Oak\"\"\",179\r\n\r\n\"two\nlines\",\nlast,3"));
    became("{'format':'csv','separator':';'}", body("a;b\n1,5;2\n"));
    became("{'format':'csv'}", body("a,b\n"));
    became("{'format':'csv'}", body(""));

    assertThat(parts)
        .containsExactly(
            "{'name':'Stool, \\'Oak\\'','price':'179'}",
            "{'name':'two\\nlines','price':''}",
            "{'name':'last','price':'3'}",
            "{'a':'1,5','b':'2'}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a,a^1,2      | two columns of the CSV have one name; rename one of them
          a,b^1^       | the row that ends before line 3 of the CSV has 1 fields, its first row has 2
          a,b^"1,2     | a quotation mark of the CSV at line 2 is never closed
          a^"1"2       | a field of the CSV goes on behind its closing quotation mark at line 2
          """)
  void brokenCsvIsRefusedWithItsLine(String text, String reason) throws Exception {
    assertThat(refused("{'format':'csv'}", body(text.replace('^', '\n')))).isEqualTo(reason);
  }

  @Test
  void entriesOfASitemapAreUrlsPackedOrNot() throws Exception {
    String sitemap =
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://a.example/1"
            + "</loc><lastmod>2026-01-02</lastmod></url></urlset>";
    String index =
        "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>"
            + "https://a.example/s.xml</loc></sitemap></sitemapindex>";
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(sitemap.getBytes(StandardCharsets.UTF_8));
    }

    became("{'format':'sitemap'}", body(sitemap));
    became("{'format':'sitemap'}", body(index));
    became(
        "{'format':'sitemap'}",
        JsonNodeFactory.instance
            .objectNode()
            .put("body_base64", Base64.getEncoder().encodeToString(packed.toByteArray())));

    String page = "{'url':'https://a.example/1','last_modified':'2026-01-02T00:00:00Z'}";
    assertThat(parts).containsExactly(page, "{'sitemap':'https://a.example/s.xml'}", page);
  }

  @Test
  void aSitemapThatIsATextIsReadWhateverCharsetItDeclares() throws Exception {
    became(
        "{'format':'sitemap'}",
        body(
            "<?xml version='1.0' encoding='ISO-8859-1'?><urlset><url><loc>https://a.example/ü"
                + "</loc></url></urlset>"));

    assertThat(parts).containsExactly("{'url':'https://a.example/%C3%BC'}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                   | {'a':1}           | the input is an object, not a list; name the list with "field"
          {'field':'a'}        | {'a':'x'}         | "a" is a text, not a list
          {'field':'a'}        | {'b':[]}          | the input has no "a"; name what is to be split with "field"
          {'format':'lines'}   | {'a':'x'}         | the input has no "body"; name what is to be split with "field"
          {'format':'lines'}   | {'body':1}        | "body" is a number, not a text; name the text with "field"
          {'format':'json'}    | {'body':'{}'}     | the text of JSON has no list; say with "at" where in it the list stands
          {'format':'json','at':'/a/b'} | {'body':'{}'} | the text of JSON has no list at "/a/b"
          {'format':'json'}    | {'body':'[1,'}    | it is not JSON
          {'format':'jsonl'}   | {'body':'[1,'}    | line 1 is not JSON
          {'format':'sitemap'} | {'body':'hello'}  | the sitemap cannot be read: it is no sitemap and no feed
          {'format':'sitemap'} | {'body_base64':'?'} | it is no Base64
          """)
  void whatCannotBeSplitIsRefusedWithAReason(String config, String input, String reason)
      throws Exception {
    assertThat(refused(config, json(input))).startsWith(reason);
  }

  @Test
  void whatStandsBeforeABrokenPlaceIsEmitted() throws Exception {
    String many = IntStream.range(0, 250).mapToObj(i -> i + "\n").collect(Collectors.joining());

    assertThat(refused("{'format':'jsonl'}", body(many + "{"))).startsWith("line 251 is not JSON");

    assertThat(parts).hasSize(250);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'at':'/a'}                        | "at" is for texts of JSON
          {'format':'json','at':'a'}         | "at" must be a JSON Pointer, which begins with "/": "/a"
          {'separator':';'}                  | "separator" is for CSV
          {'format':'csv','separator':';;'}  | "separator" must be one character
          """)
  void aConfigThatMeansNothingIsAProblem(String config, String problem) {
    ConfigSchema schema = service.descriptor().config();
    List<String> problems = new ArrayList<>();

    schema.check().check(json(config), (path, message) -> problems.add(message));

    assertThat(problems).singleElement().asString().startsWith(problem);
  }
}
