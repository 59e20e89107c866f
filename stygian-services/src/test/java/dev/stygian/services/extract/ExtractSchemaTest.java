package dev.stygian.services.extract;

import static dev.stygian.services.extract.Extracts.problems;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExtractSchemaTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "fields = {} | fields: fields must be a table with at least one field: title = \"h1\", say",
        "fields.a = 1 | fields.a: a field is a selector or a table: title = \"h1\", say",
        "fields.a = 'a[' | fields.a: \"a[\" is no CSS selector: ",
        "fields.a.css = 'a >> b[' | fields.a.css: \"a >> b[\" is no CSS selector: ",
        "fields.a = 'h1::text' | fields.a: \"h1::text\" is no CSS selector: it can only find"
            + " elements",
        "fields.a = 'a::attr(href)' | fields.a: \"a::attr(href)\" is no CSS selector: it can only",
        "fields.a = '$.b' | fields.a: a bare text is a CSS selector; write { json = \"$.b\" } for",
        "fields.a = '@href' | fields.a: the field has no selector; give it css, xpath or json",
        "fields.a = ' ' | fields.a: the field has no selector; give it css, xpath or json",
        "fields.a.css = '' | fields.a.css: css must be a text that is not empty",
        "fields.a.css = 5 | fields.a.css: css must be a text that is not empty",
        "fields.a.xpath = '//a[' | fields.a.xpath: \"//a[\" is no XPath: ",
        "fields.a.xpath = '$x' | fields.a.xpath: \"$x\" is no XPath: ",
        "fields.a.xpath = 'foo()' | fields.a.xpath: \"foo()\" is no XPath: ",
        "fields.a.json = '$.a[' | fields.a.json: \"$.a[\" is no JSONPath: ",
        "fields.a = { css = 'a', regex = '(' } | fields.a.regex: \"(\" is no regex: Unclosed group",
        "fields.a = { css = 'a', xpath = '//a' } | fields.a.xpath: css and xpath exclude each"
            + " other; keep one",
        "fields.a = { css = 'a', clas = 'b' } | fields.a.clas: unknown key \"clas\"; a field has"
            + " css, xpath, json,",
        "fields.a = { css = 'a', type = 'int' } | fields.a.type: unknown type \"int\"; write text,"
            + " html, number, boolean, url, date",
        "fields.a = { css = 'a', count = true, attr = 'b' } | fields.a.attr: count and attr exclude"
            + " each other; keep one",
        "fields.a = { css = 'a', count = true, all = true } | fields.a.all: count and all exclude"
            + " each",
        "fields.a = { css = 'a', all = 'yes' } | fields.a.all: all must be true or false",
        "fields.a = { css = 'a', attr = 'b', type = 'html' } | fields.a.type: only an element has"
            + " HTML;",
        "fields.a = { css = 'a', decimal_mark = ',' } | fields.a.decimal_mark: decimal_mark belongs"
            + " to type = \"number\"",
        "fields.a = { css = 'a', format = 'd' } | fields.a.format: format belongs to type ="
            + " \"date\"",
        "fields.a = { css = 'a', type = 'date', format = 'bb' } | fields.a.format: \"bb\" is no"
            + " date pattern: ",
        "fields.a = { css = 'a', type = 'number', default = 'x' } | fields.a.default: default must"
            + " be what the field gives: of type number",
        "fields.a = { css = 'a', all = true, default = 'x' } | fields.a.default: default must be"
            + " what the field gives: an array of type text",
        "fields.a = { css = 'a', fields = { b = 'c[' } } | fields.a.fields.b: \"c[\" is no CSS"
            + " selector:",
        "fields.a = { css = 'a', attr = 'x', fields = { b = 'c' } } | fields.a.attr: fields and"
            + " attr exclude each other; keep one",
        "fields.a = { css = 'a', fields = { b = { json = '$.c' } } } | fields.a.fields.b.json: the"
            + " node's fields read HTML or XML,",
        "fields = { a = 'b', c = { json = '$.d' } } | fields.c.json: the node's fields read HTML or"
            + " XML, and json reads JSON; use css or xpath",
        "fields._empty = 'a' | fields._empty: the name _empty is taken: it marks empty results",
        "fields.a.json = '$.b' \\nparser = 'xml' | parser: the fields read JSON; remove parser",
      })
  void eachMistakeIsReportedAtItsPlace(String toml, String problem) {
    assertThat(problems(toml.translateEscapes())).singleElement().asString().startsWith(problem);
  }

  @Test
  void allMistakesAreReportedAtOnce() {
    assertThat(
            problems(
                """
                fields.a = "b["
                fields.c = { css = "d", typ = "text", regex = "[" }
                fields.e = { css = "/", fields = { f = "]" } }
                """))
        .hasSize(5);
  }

  @Test
  void aBrokenFieldDoesNotMakeItsNeighboursWrong() {
    assertThat(problems("fields.a.json = '$.b['\nfields.c.json = '$.d'\nfields.e = {}"))
        .containsExactly(
            "fields.a.json: \"$.b[\" is no JSONPath: the bracket at the end is never closed",
            "fields.e: the field has no selector; give it css, xpath or json");
  }

  @Test
  void recordsMayNestOnlySoDeep() {
    String inner = "{ css = 'a' }";
    for (int i = 0; i < 7; i++) {
      inner = "{ css = 'a', fields = { b = " + inner + " } }";
    }
    assertThat(problems("fields.a = " + inner)).isEmpty();
    inner = "{ css = 'a', fields = { b = " + inner + " } }";
    assertThat(problems("fields.a = " + inner))
        .singleElement()
        .asString()
        .endsWith("records may lie within each other 8 deep, not deeper");
  }

  @Test
  void messagesHaveOneLine() {
    assertThat(problems("fields.a.xpath = \"//a[\\n\""))
        .singleElement()
        .asString()
        .doesNotContain("\n")
        .doesNotContain("  ");
  }
}
