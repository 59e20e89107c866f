package dev.stygian.bench.micro;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.item.Payload;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What it takes to make a payload of a value and a value of a payload. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
  private static final String[] WORDS =
      "the of product price page link table list in stock new offer shop value return class method"
          .split(" ", -1);
  private static final int RECORD_WORDS = 80;
  private static final long SEED = 42;

  /** The length of the JSON, which {@link CodecCase} divides by. */
  @Param({"200", "5000", "50000"})
  int bytes;

  private JsonNode value = JsonNodeFactory.instance.nullNode();
  private byte[] json = {};
  private byte[] target = {};
  private Payload payload = Payload.ofJson(json);

  /** As many records as fit, about as compressible as what pages hold, and words up to the end. */
  @Setup
  public void make() {
    Random random = new Random(SEED);
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    var records = all.putArray("records");
    all.put("rest", "");
    int left = bytes - Json.bytes(all).length;
    for (ObjectNode next = record(random); left > next.toString().length(); next = record(random)) {
      left -= next.toString().length() + (records.isEmpty() ? 0 : ",".length());
      records.add(next);
    }
    all.put("rest", words(random, left).substring(0, left));
    value = all;
    json = Json.bytes(all);
    if (json.length != bytes) {
      throw new IllegalStateException(json.length + " bytes of JSON, not " + bytes);
    }
    target = new byte[bytes];
    payload = Payload.ofJson(json);
  }

  private static ObjectNode record(Random random) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("url", "https://shop.example/" + random.nextInt(1_000_000))
        .put("price", random.nextInt(10_000) / 100.0)
        .put("text", words(random, RECORD_WORDS));
  }

  private static String words(Random random, int leastLength) {
    StringBuilder words = new StringBuilder();
    while (words.length() < leastLength) {
      words.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
    }
    return words.toString();
  }

  @Benchmark
  public Payload encode() {
    return Payload.of(value);
  }

  @Benchmark
  public Payload pack() {
    return Payload.ofJson(json);
  }

  @Benchmark
  public byte[] unpack() {
    return payload.json();
  }

  @Benchmark
  public JsonNode decode() {
    return payload.decode();
  }

  /**
   * Into memory that is there: what the least takes, without what collecting garbage does to it.
   */
  @Benchmark
  public byte[] copy() {
    System.arraycopy(json, 0, target, 0, json.length);
    return target;
  }
}
