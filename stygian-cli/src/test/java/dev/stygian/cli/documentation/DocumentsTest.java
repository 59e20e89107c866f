package dev.stygian.cli.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.stygian.cli.documentation.Document.Block;
import dev.stygian.cli.documentation.Terminal.Answer;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.service.ServiceRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Plays every document: its commands are executed, its outputs compared, its pipelines checked. */
final class DocumentsTest {
  private static final Set<String> KINDS = Set.of("sh", "console", "toml", "json", "java", "text");

  /** Whose blocks a test of the module that they are about executes. */
  private static final Map<Path, String> PLAYED_ELSEWHERE =
      Map.of(
          Path.of("docs", "services", "extract.md"),
          "DocumentedExamplesTest",
          Path.of("docs", "urls.md"),
          "UrlsDocumentTest");

  /** Programs that a document names and a test does not start: they build or install. */
  private static final Set<String> OUTSIDE = Set.of("mvn", "git", ".ci/run", "redis-server");

  private static final Pattern EXIT_CODE = Pattern.compile("# .*exit code (\\d+)");
  private static final int MOST_TEXT_BLOCKS =
      3; // one is the ACL line, which the queue's AccessTest plays
  private static final int MOST_OUTSIDE_COMMANDS = 1;

  @TempDir Path temporary;

  @TestFactory
  Stream<DynamicTest> everyDocumentDoesWhatItSays() {
    return Document.all().stream()
        .filter(document -> !PLAYED_ELSEWHERE.containsKey(document.path()))
        .filter(document -> document.blocks().stream().anyMatch(block -> isPlayed(block)))
        .map(document -> dynamicTest(document.toString(), () -> play(document)));
  }

  @TestFactory
  Stream<DynamicTest> everyPipelineIsValid() {
    return Document.all().stream()
        .flatMap(document ->
            document.blocks().stream()
                .filter(block -> Set.of("toml", "json").contains(block.kind()))
                .filter(block -> block.name().isEmpty())
                .map(block ->
                    dynamicTest(document + ":" + block.line(), () -> check(document, block))));
  }

  @Test
  void everyBlockSaysWhatItIs() {
    List<String> unknown = new ArrayList<>();
    for (Document document : Document.all()) {
      if (!PLAYED_ELSEWHERE.containsKey(document.path())) {
        document.blocks().stream()
            .filter(block ->
                !KINDS.contains(block.kind())
                    || (block.kind().equals("java") && block.name().isEmpty()))
            .forEach(block -> unknown.add(document + ":" + block.line() + ": " + block.info()));
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void fewBlocksAndCommandsAreNotExecuted() {
    List<String> texts = new ArrayList<>();
    List<String> outside = new ArrayList<>();
    for (Document document : Document.all()) {
      for (Block block : document.blocks()) {
        String place = document + ":" + block.line();
        if (block.kind().equals("text")
            && block.name().isEmpty()
            && !PLAYED_ELSEWHERE.containsKey(document.path())) {
          texts.add(place);
        } else if (block.kind().equals("sh")) {
          commands(block.text()).stream()
              .filter(DocumentsTest::isOutside)
              .forEach(command -> outside.add(place + ": " + command));
        }
      }
    }
    assertThat(texts).hasSizeLessThanOrEqualTo(MOST_TEXT_BLOCKS);
    assertThat(outside).hasSizeLessThanOrEqualTo(MOST_OUTSIDE_COMMANDS);
  }

  /** A file that a document shows and no command of it reads is shown for nothing. */
  @Test
  void everyNamedBlockIsUsedByALaterCommand() {
    List<String> unused = new ArrayList<>();
    for (Document document : Document.all()) {
      List<Block> blocks = document.blocks();
      for (int i = 0; i < blocks.size(); i++) {
        String name = blocks.get(i).name();
        boolean isFile = !name.isEmpty() && !isPlayed(blocks.get(i)) && !name.equals("page");
        if (isFile
            && blocks.subList(i, blocks.size()).stream()
                .noneMatch(later ->
                    isPlayed(later)
                        && (later.text().contains(name)
                            || later.text().contains(name.split("/", -1)[0] + " ")))) {
          unused.add(document + ":" + blocks.get(i).line() + ": " + name);
        }
      }
    }
    assertThat(unused).isEmpty();
  }

  private static boolean isPlayed(Block block) {
    return block.kind().equals("sh") || block.kind().equals("console");
  }

  private static boolean isOutside(String command) {
    return OUTSIDE.contains(command.split(" ", -1)[0]);
  }

  private void play(Document document) throws IOException {
    Path folder = Files.createTempDirectory(temporary, "play");
    try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();
        Workspace machine = new Workspace(folder)) {
      Terminal first = machine.terminal();
      for (Block block : document.blocks()) {
        String place = document + ":" + block.line();
        switch (block.kind()) {
          case "sh" -> {
            if (block.name().isEmpty()) {
              execute(machine, first, place, block);
            } else {
              Terminal other = machine.terminal();
              var _ =
                  others.submit(() ->
                      commands(block.text()).forEach(command -> other.run(machine.here(command))));
            }
          }
          case "console" -> compare(machine, first, place, block);
          default -> {
            if (!block.name().isEmpty()) {
              Path file = machine.folder().resolve(block.name());
              Files.createDirectories(file.getParent());
              Files.writeString(file, machine.here(block.text()));
            }
          }
        }
      }
    }
  }

  private static void execute(Workspace machine, Terminal terminal, String place, Block block) {
    for (String command : commands(block.text())) {
      if (!isOutside(command)) {
        Matcher named = EXIT_CODE.matcher(command);
        int expected = named.find() ? Integer.parseInt(named.group(1)) : 0;
        Answer answer = terminal.run(machine.here(command));
        assertThat(answer.code())
            .as("%s: %s%n%s", place, command, answer.output())
            .isEqualTo(expected);
      }
    }
  }

  private static void compare(Workspace machine, Terminal terminal, String place, Block block) {
    for (String step : ("\n" + block.text()).split("\n\\$ ", -1)) {
      List<String> commands = commands(step);
      if (!commands.isEmpty()) {
        String command = commands.getFirst();
        String expected = step.substring(step.indexOf(command) + command.length());
        String printed = machine.documented(terminal.run(machine.here(command)).output());
        assertThat(Shown.matches(expected, printed))
            .as(
                "%s: %s%n-- shown --%n%s%n-- printed --%n%s%n",
                place, command, Shown.normal(expected), Shown.normal(printed))
            .isTrue();
      }
    }
  }

  /** Lines that are commands; a backslash at the end of one goes on with the next. */
  private static List<String> commands(String text) {
    List<String> commands = new ArrayList<>();
    StringBuilder command = new StringBuilder();
    for (String line : text.strip().split("\n", -1)) {
      command.append(command.isEmpty() ? "" : "\n").append(line);
      if (!line.endsWith("\\")) {
        if (!command.toString().isBlank()) {
          commands.add(command.toString());
        }
        command.setLength(0);
      }
    }
    return commands;
  }

  private static void check(Document document, Block block) {
    boolean isJson = block.kind().equals("json");
    if (isJson && !Json.parse(block.text()).path("nodes").isArray()) {
      return; // data, of which more cannot be said than that it is JSON
    }
    String whole = isJson ? block.text() : completed(block.text());
    try (ServiceRegistry registry = ServiceRegistry.defaultWithEnv()) {
      new PipelineParser(registry.schemas(), registry::canonical, registry::fansOut)
          .parse(whole, document.toString(), isJson ? PipelineFormat.JSON : PipelineFormat.TOML);
    }
  }

  /** A part of a pipeline, with the nodes that it takes for granted. */
  private static String completed(String part) {
    String whole = part;
    if (!whole.contains("[[nodes]]")) {
      String node = "[[nodes]]\nid = \"extract\"\nservice = \"extract\"\n";
      boolean isConfig = whole.startsWith("[nodes.config");
      whole = isConfig ? node + whole : whole + "\n[[nodes]]\nid = \"one\"\nservice = \"noop\"\n";
    }
    boolean needsFetch = whole.contains("[\"fetch\"]") && !whole.contains("id = \"fetch\"");
    return needsFetch ? whole + "\n[[nodes]]\nid = \"fetch\"\nservice = \"http\"\n" : whole;
  }
}
