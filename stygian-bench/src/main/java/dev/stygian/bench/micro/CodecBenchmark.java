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
  private static final int RECORD_BYTES = 160;
  private static final long SEED = 42;

  @Param({"200", "5000", "50000"})
  int bytes;

  private JsonNode value = JsonNodeFactory.instance.nullNode();
  private byte[] json = {};
  private Payload payload = Payload.ofJson(json);

  /** Records of a URL, a price and some words, about as compressible as what pages hold. */
  @Setup
  public void make() {
    Random random = new Random(SEED);
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    var records = all.putArray("records");
    for (int i = 0; i < Math.max(1, bytes / RECORD_BYTES); i++) {
      StringBuilder words = new StringBuilder();
      while (words.length() < RECORD_BYTES / 2) {
        words.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
      }
      records
          .addObject()
          .put("url", "https://shop.example/" + random.nextInt(1_000_000))
          .put("price", random.nextInt(10_000) / 100.0)
          .put("text", words.toString());
    }
    value = all;
    json = Json.bytes(all);
    payload = Payload.of(all);
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

  @Benchmark
  public byte[] copy() {
    return json.clone();
  }
}
