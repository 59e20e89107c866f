package dev.stygian.services.extract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stygian.graph.item.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Holds what a scan finds against what the same selectors find in jsoup's tree. */
@Timeout(300)
final class HtmlScanTest {
  private static final Path REAL_PAGES =
      Path.of("/usr/share/doc/openjdk-17-jre-headless/api/java.base/java");
  private static final int MUTILATED = 8_000;
  private static final String FRAME =
      """
      <!DOCTYPE html>
      <html lang=en><head><title>A &amp; B</title></head>
      <body>%s</body></html>
      """;

  private static final List<Field> FIELDS =
      fields(
          """
          {"title": "title", "h1": "h1", "links": {"css": "a[href]", "count": true},
           "description": "meta[name=description]@content", "hrefs": {"css": "a", "attr": "href", "all": true},
           "items": {"css": "li", "all": true}, "cells": {"css": "td, th", "all": true},
           "paragraphs": {"css": "p", "all": true}, "blocks": {"css": "div", "all": true},
           "words": {"css": "span", "all": true}, "terms": {"css": "dl > dt", "all": true},
           "deep": {"css": "ul li > a", "all": true}, "rows": {"css": "table > tbody > tr", "all": true},
           "bold": {"css": "b", "all": true}, "code": {"css": "pre, code", "all": true},
           "classes": {"css": ".a.b, .col-first", "all": true}, "ids": {"css": "div#x", "all": true},
           "named": {"css": "[title]", "attr": "title", "all": true}, "body": "body", "html": "html",
           "scripts": {"css": "script", "all": true}, "options": {"css": "option", "all": true},
           "headings": {"css": "h1, h2, h3", "all": true}, "forms": {"css": "form, button", "all": true},
           "areas": {"css": "textarea", "all": true}, "quoted": {"css": "[class=\\"b\\"]", "all": true},
           "bases": {"css": "body > p > a", "all": true}}
          """);
  private static final ScanPlan PLAN = ScanPlan.of(FIELDS).orElseThrow();

  private static final List<String> SCANNED =
      List.of(
          "<h1>One <b>two</b></h1><p>three<p>four &lt; five<div>six</div>seven",
          "<ul><li>one<li><a href='x'>two</a></ul><ol><li><p>three<li>four</ol>",
          "<table><tr><td>1<td>2<tr><th>3</table><table><tbody><tr><td>x</td></tr></tbody></table>",
          "<table><caption>c</caption><colgroup><col></colgroup><thead><tr><th>h</thead><tr><td><p>q</table>",
          "<dl><dt>a<dd>b<p>c<dt>d<dd>e</dl>",
          "<div class='B a c' ID=x title=\"&quot;q&quot;\">one<br>two<br/> three&nbsp;</div>",
          "<div class='B '>one</div><div class=' b'>two</div><div class=\"B\">three</div>",
          "<select name=s><option>1<option selected>2</select>tail",
          "<select><optgroup label=x><option>1</optgroup><optgroup><option>2</select>",
          "<script>if (a < b) { '<p>' } <!-- x --></script><style>p > a { }</style>",
          "<pre>\n one\n  two</pre>a<pre>\nb</pre><textarea>\n x </textarea>",
          "<!-- c --><!-- a > b --><p>x<!----y--></p>",
          "<form action=x><input name=q><button>Go</button></form><hr><img src=a alt='b'>",
          "<noscript><div>none</div></noscript><custom-element x:y=1>z</custom-element>",
          "a&b &amp c &copy; &notit; <a href='?a=1&copy=2&amp;b'>x</a>");

  private static List<Field> fields(String json) {
    return FieldCompiler.compile(
            Json.parse(json.getBytes(StandardCharsets.UTF_8)),
            (path, message) -> {
              throw new IllegalArgumentException(path + ": " + message);
            })
        .orElseThrow();
  }

  private static JsonNode read(String page, Optional<ScanPlan> plan) throws Exception {
    PageSource source =
        new PageSource(
            JsonNodeFactory.instance.stringNode(page),
            Optional.of("text/html"),
            Optional.of("http://site.example/"));
    return new PageReader(PageParser.markup(source, PageParser.Markup.HTML, plan)).read(FIELDS);
  }

  /** Whether the page was scanned; fails where a scan finds something else than the tree has. */
  private static boolean compare(String page, Object name) throws Exception {
    if (HtmlScan.read(PLAN, page).isEmpty()) {
      return false;
    }
    JsonNode scanned = read(page, Optional.of(PLAN));
    JsonNode tree = read(page, Optional.empty());
    if (!scanned.equals(tree)) {
      for (Field field : FIELDS) {
        assertThat(scanned.get(field.name()))
            .as("field %s of %s: %s", field.name(), name, page)
            .isEqualTo(tree.get(field.name()));
      }
    }
    return true;
  }

  static List<String> pages() {
    return SCANNED.stream().map(body -> FRAME.formatted(body)).toList();
  }

  @Test
  void findsWhatTheTreeHas() throws Exception {
    for (String page : pages()) {
      assertThat(compare(page, "a page of this test")).as("scanned: %s", page).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<p><b>x<div>y</div>",
        "<table>text<tr><td>1</table>",
        "<a href=x>one<a href=y>two</a>",
        "<b><i>x</b>y</i>",
        "<div/>text",
        "<svg><title>x</title></svg>",
        "</p>",
        "<li><span>a<li>b",
        "<h1>a<h2>b</h2>",
        "<form><form>",
        "<script><!-- <script> </script> --></script>",
        "<p title=\"a\"b>",
        "<noscript><p>one<p>two</noscript>",
        "<noscript><div>one",
        "a < b"
      })
  void leavesToTheTreeWhatItDoesNotFollow(String body) {
    assertThat(HtmlScan.read(PLAN, FRAME.formatted(body))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "a:first-child",
        "a + b",
        "a ~ b",
        "a[href^=x]",
        "p:contains(x)",
        "a,",
        "a > > b",
        "[a=]"
      })
  void plansOnlyWhatAStartTagDecides(String selector) {
    assertThat(SimpleSelector.parse(selector)).isEmpty();
  }

  @Test
  void findsTheSameOnMutilatedPages() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<String> pages = new ArrayList<>(pages());
    int scanned = 0;
    for (int i = 0; i < MUTILATED; i++) {
      String page = mutilated(pages.get(random.nextInt(pages.size())), pages, random);
      if (compare(page, "seed " + seed + ", page " + i)) {
        scanned++;
        if (pages.size() < 500) {
          pages.add(page);
        }
      }
    }
    assertThat(scanned).as("scanned pages, seed %d", seed).isGreaterThan(MUTILATED / 50);
  }

  /** Takes out, doubles or brings in pieces that begin or end at a tag. */
  private static String mutilated(String page, List<String> others, Random random) {
    StringBuilder text = new StringBuilder(page);
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int start = cut(text, random);
      int end = Math.min(text.length(), start + random.nextInt(30));
      String other = others.get(random.nextInt(others.size()));
      int from = cut(other, random);
      String piece = other.substring(from, Math.min(other.length(), from + random.nextInt(60)));
      int tagEnd = piece.lastIndexOf('>');
      switch (random.nextInt(4)) {
        case 0 -> text.delete(start, Math.max(start, text.indexOf(">", start) + 1));
        case 1 -> text.insert(start, piece.substring(0, tagEnd + 1));
        case 2 -> text.insert(start, piece);
        default -> text.delete(start, end);
      }
    }
    return text.toString();
  }

  private static int cut(CharSequence text, Random random) {
    int at = random.nextInt(text.length());
    for (int i = at; random.nextInt(4) > 0 && i < text.length(); i++) {
      if (text.charAt(i) == '<') {
        return i;
      }
    }
    return at;
  }

  @Test
  void findsTheSameOnRealPages() throws Exception {
    assumeTrue(Files.isDirectory(REAL_PAGES), "the JDK's documentation is not installed");
    int scanned = 0;
    List<Path> paths = realPages();
    for (Path path : paths) {
      scanned += compare(Files.readString(path), path) ? 1 : 0;
    }
    assertThat(scanned).isGreaterThan(paths.size() * 9 / 10);
  }

  /** Other ones each time; what fails names its page. */
  private static List<Path> realPages() throws IOException {
    try (Stream<Path> all = Files.walk(REAL_PAGES)) {
      List<Path> pages =
          all.filter(path -> path.toString().endsWith(".html"))
              .collect(Collectors.toCollection(ArrayList::new));
      Collections.shuffle(pages);
      return pages.subList(0, Math.min(150, pages.size()));
    }
  }
}
