package dev.stygian.bench.macro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SiteTest {
  private static final List<String> FILES = List.of("a.html", "b/c.html");

  @Test
  void aFileThatIsServedSeveralTimesHasAnotherUrlEachTime() {
    assertThat(Site.paths(FILES, 1)).containsExactly("a.html");
    assertThat(Site.paths(FILES, 5))
        .containsExactly("a.html", "b/c.html", "a.html?copy=1", "b/c.html?copy=1", "a.html?copy=2");
  }

  @Test
  void whatIsComparedTellsTheseUrlsApart(@TempDir Path folder) throws IOException {
    Path both = folder.resolve("both.jsonl");
    Files.writeString(
        both, line("http://s.example/a.html") + line("http://s.example/a.html?copy=1"));
    assertThat(Canonical.sha256(both, 2)).hasSize(64);
    Path twice = folder.resolve("twice.jsonl");
    Files.writeString(twice, line("http://s.example/a.html").repeat(2));
    assertThatThrownBy(() -> Canonical.sha256(twice, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("/a.html twice");
  }

  private static String line(String url) {
    return "{\"item\":\"%s\",\"output\":{\"title\":\"t\",\"h1\":\"h\",\"links\":1}}\n"
        .formatted(url);
  }
}
