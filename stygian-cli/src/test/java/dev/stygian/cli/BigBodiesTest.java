package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.services.blob.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Pages of 60 KB whose bodies lie in a blob store, from the command line. */
final class BigBodiesTest {
  private static final int PAGES = 6;
  private static final int CHARACTERS = 60_000;

  @TempDir private static Path data;
  private static EmbeddedRedis server;

  @TempDir private Path folder;
  private Cli cli;
  private String queueName;
  private String place;

  @BeforeAll
  static void startServer() {
    server = EmbeddedRedis.start(data.resolve("redis"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void writePages(TestInfo test) {
    queueName = test.getDisplayName().replaceAll("[^A-Za-z]", "");
    place = "file://" + folder.resolve("blobs").toAbsolutePath();
    cli = Cli.in(folder).with(environment());
    List<String> urls = IntStream.range(0, PAGES).mapToObj(i -> "\"/" + i + ".html\"").toList();
    cli.write(
        "big.toml",
        """
        id = "big"
        [input]
        urls = [%s]
        serve = "site"
        [[nodes]]
        id = "fetch"
        service = "http"
        """
            .formatted(String.join(", ", urls)));
    for (int i = 0; i < PAGES; i++) {
      StringBuilder page = new StringBuilder("<h1>Page</h1>");
      new Random(i).ints(CHARACTERS, '0', 'z').forEach(c -> page.append((char) c));
      cli.write("site/" + i + ".html", page.toString().replace('<', '_').replace('>', '_'));
    }
  }

  private Map<String, String> environment() {
    return Map.of("REDIS_URL", server.url(), "STYGIAN_QUEUE_NAME", queueName);
  }

  private long blobs() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("blobs"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  private static void assertWhole(List<JsonNode> results) {
    assertThat(results)
        .hasSize(PAGES)
        .allSatisfy(result ->
            assertThat(result.get("output").get("body").asString()).hasSizeGreaterThan(CHARACTERS));
  }

  @Test
  void aRunOfTwoProcessesPutsItsPagesBesideTheQueueAndItsResultsTogether() throws Exception {
    try (Program run =
        Program.start(
            folder,
            environment(),
            "run",
            "big.toml",
            "--queue",
            server.url(),
            "--blobs",
            place,
            "--processes",
            "1",
            "--id",
            "big",
            "-o",
            "big.jsonl")) {
      run.endedWith(ExitCode.OK);
    }

    assertWhole(cli.results("big.jsonl"));
    assertThat(blobs()).as("each page once, and nothing of the checks").isEqualTo(PAGES);
    assertWhole(cli.run("results", "big", "--blobs", place).withCode(ExitCode.OK).results());
    assertWhole(
        cli.with("STYGIAN_BLOBS", place).run("results", "big").withCode(ExitCode.OK).results());

    Cli.Ended without = cli.run("results", "big").withCode(ExitCode.INFRASTRUCTURE);
    assertThat(without.onlyError())
        .startsWith("stygian: blob ")
        .endsWith(
            " lies in "
                + place
                + ", and this process was told of no blob store; start it with --blobs "
                + place
                + ", or set STYGIAN_BLOBS");
  }

  @Test
  void aBucketDoesTheSame() throws Exception {
    try (S3Server bucket = S3Server.start("pages")) {
      Cli there = cli.with(bucket.environment()).with("STYGIAN_BLOBS", "s3://pages/of/tests");

      there
          .run("run", "big.toml", "--queue", server.url(), "--id", "big", "-o", "big.jsonl")
          .withCode(ExitCode.OK);

      assertWhole(there.results("big.jsonl"));
      assertWhole(there.run("results", "big").withCode(ExitCode.OK).results());
      Cli.Ended wrong = there.with("AWS_SECRET_ACCESS_KEY", "wrong").run("worker").withCode(3);
      assertThat(wrong.onlyError())
          .isEqualTo(
              "stygian: blobs in s3://pages/of/tests cannot be written: it answered 403"
                  + " SignatureDoesNotMatch; correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
  }

  @Test
  void whoseStoreIsOutOfOrderIsToldBeforeAnythingBegins() {
    cli.write("full", "no folder");
    String wrong = "file://" + folder.resolve("full").toAbsolutePath();

    for (List<String> command :
        List.of(List.of("worker"), List.of("run", "big.toml"), List.of("submit", "plain.toml"))) {
      cli.write("plain.toml", Pipelines.NOOP + "[input]\nurls = [\"https://a.example\"]\n");
      Cli.Ended ended =
          cli.run(
              Stream.concat(command.stream(), Stream.of("--queue", server.url(), "--blobs", wrong))
                  .toArray(String[]::new));

      assertThat(ended.withCode(ExitCode.INFRASTRUCTURE).onlyError())
          .startsWith("stygian: blobs in " + wrong + " cannot be written: ")
          .endsWith("see to it that the folder exists here, has room and belongs to this user");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ftp://there          | "ftp://there" is no place for blobs; write file:///FOLDER, with %20 for a blank, or s3://BUCKET/PREFIX
          file://there         | "file://there" is no place for blobs; write file:///FOLDER, with %20 for a blank, or s3://BUCKET/PREFIX
          s3://u:secret@bucket | "s3://***@bucket" names no bucket; write s3://BUCKET or s3://BUCKET/PREFIX
          """)
  void aPlaceThatIsNoneIsRefused(String given, String said) {
    Cli.Ended ended = cli.run("worker", "--blobs", given).withCode(ExitCode.USAGE);

    assertThat(ended.onlyError()).isEqualTo("stygian: " + said);
  }

  @Test
  void aSizeThatResultsUnderTheirKeysNeedIsRefused() {
    Cli.Ended ended =
        cli.run("worker", "--blobs", place, "--blobs-from", "8 KB").withCode(ExitCode.USAGE);

    assertThat(ended.onlyError())
        .isEqualTo(
            "stygian: --blobs-from 8 KB cannot be; write 16 KB to 64 MB: smaller results stay in"
                + " the queue, where other runs find them");
  }

  @Test
  void aLocalRunHasNothingToKeepBesideAQueue() {
    Cli local = Cli.in(folder);

    assertThat(local.run("run", "big.toml", "--blobs", place).withCode(ExitCode.USAGE).onlyError())
        .startsWith("stygian: --blobs keeps large bodies out of a shared queue, and a local run");
    local.with("STYGIAN_BLOBS", place).run("run", "big.toml").withCode(ExitCode.OK);
    assertThat(folder.resolve("blobs")).doesNotExist();
  }

  @Test
  void theDoctorPutsABlobAndDeletesWhatForgottenRunsLeft() throws IOException {
    Cli.Ended healthy = cli.run("doctor", "--blobs", place, "--repair").withCode(ExitCode.OK);

    assertThat(healthy.out())
        .containsPattern(
            "(?m)^ok +blobs +" + place + ": a blob was put, read and deleted in \\d+ ms$")
        .containsPattern("(?m)^ok +blobs +0 blobs of forgotten runs deleted$");
    assertThat(blobs()).isZero();

    cli.write("full", "no folder");
    String wrong = "file://" + folder.resolve("full").toAbsolutePath();
    Cli.Ended ill = cli.run("doctor", "--blobs", wrong).withCode(ExitCode.INFRASTRUCTURE);
    assertThat(ill.out())
        .containsPattern("(?m)^failed +blobs +blobs in " + wrong + " cannot be written: ");
  }
}
