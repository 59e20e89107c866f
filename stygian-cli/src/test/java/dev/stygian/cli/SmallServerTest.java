package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More bytes of pages than the server has memory. */
final class SmallServerTest {
  private static final int PAGES = 200;
  private static final long MEMORY_BYTES = 6 << 20;

  @TempDir private Path folder;

  @Test
  void pagesThatWaitAndResultsThatNobodyTakesAllLieBesideIt() throws Exception {
    List<String> small =
        List.of(
            "--maxmemory",
            String.valueOf(MEMORY_BYTES),
            "--maxmemory-policy",
            "noeviction",
            "--save",
            "");
    try (EmbeddedRedis server =
        EmbeddedRedis.start(ServerBinary.best(), folder.resolve("redis"), small)) {
      Cli cli =
          Cli.in(folder)
              .with("REDIS_URL", server.url())
              .with("STYGIAN_BLOBS", "file://" + folder.resolve("blobs").toAbsolutePath());
      cli.write("pages.jsonl", Pipelines.largePages(PAGES));
      cli.write(
          "pages.toml",
          """
          [[nodes]]
          id = "first"
          service = "noop"
          checkpoint = true
          [[nodes]]
          id = "then"
          service = "noop"
          depends_on = ["first"]
          """);

      cli.run("submit", "pages.toml", "--input", "pages.jsonl", "--id", "pages")
          .withCode(ExitCode.OK);
      try (Program worker = Program.start(folder, cli.environment(), "worker")) {
        cli.run("await", "pages").withCode(ExitCode.OK);
        worker.signal("TERM");
        worker.endedWith(ExitCode.OK);
      }
      long peak = peakBytes(server);

      assertThat(cli.run("results", "pages").withCode(ExitCode.OK).results())
          .hasSize(PAGES)
          .allSatisfy(result ->
              assertThat(result.at("/output/page").asString()).hasSize(Pipelines.PAGE_CHARACTERS));
      assertThat(peak)
          .as(
              "the most that the server had, while the pages have %s bytes",
              PAGES * Pipelines.PAGE_CHARACTERS)
          .isLessThan(MEMORY_BYTES);
    }
  }

  private static long peakBytes(EmbeddedRedis server) {
    try (RedisClient client = RedisClient.create(server.url());
        StatefulRedisConnection<String, String> connection = client.connect()) {
      return connection
          .sync()
          .info("memory")
          .lines()
          .filter(line -> line.startsWith("used_memory_peak:"))
          .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
          .findFirst()
          .orElseThrow();
    }
  }
}
