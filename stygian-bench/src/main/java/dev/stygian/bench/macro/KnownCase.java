package dev.stygian.bench.macro;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Meter;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Sample;
import dev.stygian.bench.measure.Setup;
import dev.stygian.bench.measure.Spread;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.Emitted;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLimits;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What it costs that a run has each URL once: to put new ones in, each with its first task, to put
 * them in again, and in the server's memory beside those tasks. The reference is what crawlers on
 * Redis usually have, a set of fingerprints (SHA-1 in hexadecimal digits) without any task.
 */
public final class KnownCase implements BenchCase {
  private static final Column NEW = new Column("new_per_second", "new/s", 0);
  private static final Column KNOWN = new Column("known_per_second", "known/s", 0);
  private static final Column BYTES = new Column("redis_bytes_per_url", "Redis B a URL", 1);
  private static final String SET = "fingerprints";
  private static final RunId RUN = new RunId("bench");
  private static final Duration LONG = Duration.ofHours(1);

  @Override
  public String name() {
    return "known";
  }

  @Override
  public String summary() {
    return "what it costs that each URL is in a run once, beside a set of fingerprints";
  }

  @Override
  public List<CaseReport> run(Setup setup) throws Exception {
    int least = setup.count(10_000, 300);
    List<Integer> counts = new ArrayList<>(List.of(least, 10 * least, 50 * least));
    if (setup.full()) {
      counts.add(1000 * least);
    }
    List<Row> rows = new ArrayList<>();
    try (BenchServer server = BenchServer.start(setup)) {
      if (!setup.smoke()) {
        ours(server, setup.batch(), 10 * least); // warms up
        fingerprints(server, setup.batch(), 10 * least);
      }
      for (int urls : counts) {
        Row ours = Row.of("%,d URLs".formatted(urls), List.of(ours(server, setup.batch(), urls)));
        Row set =
            Row.of(
                "%,d URLs, set".formatted(urls),
                List.of(fingerprints(server, setup.batch(), urls)));
        double ratio = set.median(BYTES) / ours.median(BYTES);
        rows.add(ours.with(Column.RATIO, Spread.of(ratio)));
        rows.add(set.with(Column.RATIO, Spread.of(1)));
      }
      return List.of(
          new CaseReport(
              name(),
              "batches of %d, one connection, %s".formatted(setup.batch(), server.version()),
              rows,
              List.of("The ratio is that of the bytes.")));
    }
  }

  /** Puts a batch of URLs in, from one number to another; returns how many were new. */
  @FunctionalInterface
  private interface Batch {
    long put(int from, int to) throws InterruptedException;
  }

  private static Sample measured(BenchServer server, String keys, int batch, int urls, Batch in)
      throws InterruptedException {
    Meter meter = Meter.start(server, List.of());
    long added = putAll(batch, urls, in);
    Meter.Reading first = meter.stop();
    double bytes =
        server.ask().keys(keys).stream().mapToDouble(server.ask()::memoryUsage).sum() / urls;
    Meter again = Meter.start(server, List.of());
    long addedAgain = putAll(batch, urls, in);
    Meter.Reading second = again.stop();
    if (added != urls || addedAgain != 0) {
      throw new IllegalStateException(
          added + " of " + urls + " URLs were new, and " + addedAgain + " of them again");
    }
    return new Sample(Map.of())
        .with(NEW, urls / first.seconds())
        .with(KNOWN, urls / second.seconds())
        .with(first.usage(), urls)
        .with(BYTES, bytes);
  }

  private static long putAll(int batch, int urls, Batch in) throws InterruptedException {
    long added = 0;
    for (int from = 0; from < urls; from += batch) {
      added += in.put(from, Math.min(from + batch, urls));
    }
    return added;
  }

  private static String url(int number) {
    return "https://www.site.example/section-" + number / 1000 + "/page-" + number + ".html";
  }

  private static Sample ours(BenchServer server, int batch, int urls) throws InterruptedException {
    server.empty();
    try (RedisWorkQueue queue =
        RedisWorkQueue.open(RedisSettings.of(server.url()).withQueueName("bench"))) {
      Lease lease = leased(queue);
      return measured(
          server,
          "*:emitted",
          batch,
          urls,
          (from, to) ->
              queue
                  .emit(lease, IntStream.range(from, to).mapToObj(KnownCase::emission).toList(), 0)
                  .map(Emitted::accepted)
                  .orElseThrow());
    }
  }

  private static Emission emission(int number) {
    Task task = task(url(number));
    return new Emission(task.id().item(), task.input(), List.of(task));
  }

  private static Task task(String url) {
    JsonNode input = JsonNodeFactory.instance.stringNode(url);
    return new Task(
        new TaskId(RUN, url, "find"),
        "find",
        IdempotencyKey.fromInput("find", input),
        Payload.of(input));
  }

  /** A lease of the only task of a run, under which URLs are found. */
  private static Lease leased(RedisWorkQueue queue) throws InterruptedException {
    LaneSpec lane = new LaneSpec("find", "find", 0, List.of(), 1);
    queue.open(new RunSpec(RUN, "bench", "", List.of(lane), 1, false, RunLimits.defaults()));
    Task first = task("start");
    Submission item = new Submission("start", first.input(), List.of(first), List.of());
    queue.enqueue(RUN, "bench", 0, List.of(item), LONG);
    return queue.lease(new LeaseRequest(Set.of("find"), 1, LONG, LONG)).getFirst();
  }

  private static Sample fingerprints(BenchServer server, int batch, int urls)
      throws InterruptedException {
    server.empty();
    RedisClient client = RedisClient.create(server.url());
    try (StatefulRedisConnection<byte[], byte[]> connection =
        client.connect(ByteArrayCodec.INSTANCE)) {
      byte[] key = SET.getBytes(US_ASCII);
      return measured(
          server,
          SET,
          batch,
          urls,
          (from, to) ->
              connection
                  .sync()
                  .sadd(
                      key,
                      IntStream.range(from, to)
                          .mapToObj(i -> fingerprint(url(i)))
                          .toArray(byte[][]::new)));
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  private static byte[] fingerprint(String url) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(url.getBytes(US_ASCII));
      return HexFormat.of().formatHex(digest).getBytes(US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
