package dev.stygian.services.ai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files of {@code readable/}; -Dstygian.golden.write=true writes what comes out now. */
class ReadableTextTest {
  private static final String BASE = "https://books.example/dune/";

  @ParameterizedTest
  @CsvSource({
    "product, product, false",
    "product, product-links, true",
    "layout, layout, false",
    "broken, broken, true",
    "unicode, unicode, false"
  })
  void readsLikeTheGoldenFile(String page, String golden, boolean links) throws IOException {
    String text = ReadableText.of(resource(page + ".html"), BASE, links) + "\n";

    if (Boolean.getBoolean("stygian.golden.write")) {
      Files.writeString(
          Path.of("src/test/resources/dev/stygian/services/ai/readable", golden + ".txt"), text);
    }
    assertThat(text).isEqualTo(resource(golden + ".txt"));
  }

  @Test
  void nothingReadableIsAnEmptyText() {
    assertThat(ReadableText.of("", BASE, false)).isEmpty();
    assertThat(ReadableText.of("<script>1</script><p> &nbsp; <ul><li></ul>", BASE, true)).isEmpty();
  }

  @Test
  void deepNestingIsReadWithoutRecursion() {
    String deep = "<div><table><tr><td><ul><li>".repeat(20_000) + "found" + "</li>".repeat(20_000);

    assertThat(ReadableText.of(deep, BASE, false)).contains("found");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ReadableTextTest.class.getResourceAsStream("readable/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
