package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Contender;
import dev.stygian.bench.measure.GcLogs;
import dev.stygian.bench.measure.Launcher;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Sample;
import dev.stygian.bench.measure.Setup;
import dev.stygian.bench.measure.Usage;
import dev.stygian.bench.measure.WholeProcess;
import dev.stygian.bench.measure.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Fetches and extracts real pages, each contender as a whole process from its start to its end; the
 * reference is a hand-written program. All have to put out the same.
 */
public final class CrawlCase implements BenchCase {
  private static final Column PAGES = new Column("pages_per_second", "pages/s", 0);
  private static final Column SECONDS = new Column("seconds", "seconds", 2);

  private static final String PIPELINE =
      """
      id = "javadoc"
      allow_private = true

      [execution]
      workers = 32

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
      links = { css = "a[href]", count = true }
      """;

  @Override
  public String name() {
    return "crawl";
  }

  @Override
  public String summary() {
    return "pages fetched and extracted, whole processes, beside a hand-written program";
  }

  @Override
  public List<CaseReport> run(Setup setup) throws Exception {
    int pages = setup.full() ? 20_000 : setup.count(5_000, 100);
    try (WorkFolder folder = WorkFolder.create();
        Site site = Site.start(pages, folder.path());
        BenchServer server = BenchServer.start(setup)) {
      Files.writeString(folder.path().resolve("javadoc.toml"), PIPELINE);
      Files.write(folder.path().resolve("urls.txt"), site.urls());
      Crawl crawl = new Crawl(folder.path(), pages, server);
      Launcher.warmUp(folder.path());
      List<Row> rows =
          setup
              .rounds(0, 3)
              .play(
                  List.of(
                      new Contender("local", crawl::local),
                      new Contender("distributed", crawl::distributed),
                      new Contender("hand-written", crawl::handWritten)),
                  PAGES,
                  true);
      return List.of(
          new CaseReport(
              name(),
              "%,d pages of %s, start to end, 32 at once, %s"
                  .formatted(pages, site.what(), server.version()),
              rows,
              List.of("sha256 of all canonical outputs: `" + crawl.sha256() + "`")));
    }
  }

  /** One crawl by each. */
  private static final class Crawl {
    private final Path folder;
    private final int pages;
    private final BenchServer server;
    private final Set<String> digests = new LinkedHashSet<>();

    Crawl(Path folder, int pages, BenchServer server) {
      this.folder = folder;
      this.pages = pages;
      this.server = server;
    }

    Sample local() throws IOException, InterruptedException {
      return measure(Launcher.command("run", "javadoc.toml", "--input", "urls.txt", "-o"), false);
    }

    Sample distributed() throws IOException, InterruptedException {
      server.empty();
      return measure(
          Launcher.command(
              "run", "javadoc.toml", "--input", "urls.txt", "--queue", server.url(), "-o"),
          true);
    }

    Sample handWritten() throws IOException, InterruptedException {
      return measure(Launcher.java(HandWrittenCrawl.class, "urls.txt"), false);
    }

    /** Runs a command whose last word, the file of the results, is still missing. */
    private Sample measure(List<String> command, boolean usesServer)
        throws IOException, InterruptedException {
      Path output = folder.resolve("out.jsonl");
      Files.deleteIfExists(output);
      List<String> whole = new ArrayList<>(command);
      whole.add(output.toString());
      double serverBefore = server.cpuMicros();
      WholeProcess.Ended ended = WholeProcess.run(whole, folder, GcLogs.environment(folder));
      double serverCpu = usesServer ? server.cpuMicros() - serverBefore : 0;
      double allocated = GcLogs.takeAllocatedBytes(folder);
      digests.add(Canonical.sha256(output, pages));
      if (digests.size() > 1) {
        throw new IllegalStateException("the outputs differ: sha256 " + digests);
      }
      return new Sample(Map.of())
          .with(PAGES, pages / ended.seconds())
          .with(SECONDS, ended.seconds())
          .with(new Usage(ended.cpuMicros(), serverCpu, allocated), pages);
    }

    String sha256() {
      return String.join(", ", digests);
    }
  }
}
