package dev.stygian.bench.macro;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.stygian.graph.item.Json;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The raw ceiling: the same tasks by three scripts that guarantee nothing. A list of ids, a hash of
 * payloads, a sorted set of leases, a hash of results; no keys against repeats, no fence, no
 * expiry, no counters, nobody who reads the results. Lease and complete are two calls, as they have
 * to be where the work is done in between. A connection for each thread.
 */
final class BarePath implements TaskPath {
  private static final byte[] IDS = ascii("bare:ids");
  private static final byte[] PAYLOADS = ascii("bare:payloads");
  private static final byte[] LEASES = ascii("bare:leases");
  private static final byte[] RESULTS = ascii("bare:results");
  private static final byte[][] TO_ENQUEUE = {IDS, PAYLOADS};
  private static final byte[][] TO_LEASE = {IDS, PAYLOADS, LEASES};
  private static final byte[][] TO_COMPLETE = {PAYLOADS, LEASES, RESULTS};
  private static final long LEASE_MILLIS = 60_000;

  private final RedisClient client;
  private final List<StatefulRedisConnection<byte[], byte[]>> connections = new ArrayList<>();
  private final int batch;
  private final byte[] result = Inputs.result().json();
  private String enqueue = "";
  private String lease = "";
  private String complete = "";

  BarePath(String url, int threads, int batch) {
    this.client = RedisClient.create(url);
    this.batch = batch;
    for (int i = 0; i < threads; i++) {
      connections.add(client.connect(ByteArrayCodec.INSTANCE));
    }
  }

  @Override
  public void open() {
    enqueue = load("enqueue");
    lease = load("lease");
    complete = load("complete");
  }

  private String load(String name) {
    try (InputStream script = BarePath.class.getResourceAsStream("bare-" + name + ".lua")) {
      if (script == null) {
        throw new IllegalStateException("the script bare-" + name + ".lua is not in the jar");
      }
      return commands(0).scriptLoad(script.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("the script bare-" + name + ".lua cannot be read", e);
    }
  }

  private RedisCommands<byte[], byte[]> commands(int thread) {
    return connections.get(thread).sync();
  }

  @Override
  public void produce(int producer, int producers, int tasks) {
    int share = tasks / producers;
    for (int from = producer * share; from < (producer + 1) * share; from += batch) {
      int to = Math.min(from + batch, (producer + 1) * share);
      byte[][] values = new byte[2 * (to - from)][];
      for (int i = from; i < to; i++) {
        values[2 * (i - from)] = ascii(Integer.toString(i));
        values[2 * (i - from) + 1] = Json.bytes(Inputs.input(i));
      }
      commands(producer).evalsha(enqueue, ScriptOutputType.INTEGER, TO_ENQUEUE, values);
    }
  }

  @Override
  public void endInput() {}

  @Override
  public void work(int threads) throws InterruptedException {
    Crew.of(threads, this::leaseAndComplete);
  }

  private void leaseAndComplete(int thread) {
    byte[] most = ascii(Integer.toString(batch));
    while (true) {
      byte[] deadline = ascii(Long.toString(System.currentTimeMillis() + LEASE_MILLIS));
      List<List<byte[]>> leased =
          commands(thread).evalsha(lease, ScriptOutputType.MULTI, TO_LEASE, most, deadline);
      if (leased.isEmpty()) {
        return;
      }
      List<byte[]> ids = leased.getFirst();
      byte[][] values = new byte[2 * ids.size()][];
      for (int i = 0; i < ids.size(); i++) {
        values[2 * i] = ids.get(i);
        values[2 * i + 1] = result;
      }
      commands(thread).evalsha(complete, ScriptOutputType.INTEGER, TO_COMPLETE, values);
    }
  }

  /** Nobody reads here; the results are counted once all work has ended. */
  @Override
  public void consume(int tasks) {}

  /** Checks that all results are there. */
  void check(int tasks) {
    long stored = commands(0).hlen(RESULTS);
    if (stored != tasks) {
      throw new IllegalStateException(stored + " results of " + tasks + " tasks");
    }
  }

  @Override
  public void close() {
    connections.forEach(StatefulRedisConnection::close);
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}
