package dev.stygian.bench.micro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Contender;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Sample;
import dev.stygian.bench.measure.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * JSON and compression of payloads; the reference is a copy of as many bytes. A round of each is a
 * JVM of its own, which JMH starts, and they take turns.
 */
public final class CodecCase implements BenchCase {
  private static final Column NANOS = new Column("nanos", "ns", 0);
  private static final Column RATE = new Column("megabytes_per_second", "MB/s", 0);
  private static final List<Integer> SIZES = List.of(200, 5_000, 50_000);

  /** The reference is the last. */
  private static final List<String> METHODS = List.of("encode", "pack", "unpack", "decode", "copy");

  @Override
  public String name() {
    return "codec";
  }

  @Override
  public String summary() {
    return "JSON and compression of payloads, beside a copy of the bytes";
  }

  @Override
  public List<CaseReport> run(Setup setup) throws Exception {
    List<Row> rows = new ArrayList<>();
    for (int bytes : SIZES) {
      List<Contender> contenders =
          METHODS.stream()
              .map(method ->
                  new Contender(
                      "%s, %,d B".formatted(method, bytes), () -> play(setup, method, bytes)))
              .toList();
      rows.addAll(setup.rounds(0, 2).play(contenders, NANOS, false));
    }
    return List.of(
        new CaseReport(
            name(),
            "JMH, average time of a call",
            rows,
            List.of(
                "encode: a JSON tree to a payload; pack: JSON text to a payload; unpack: a payload"
                    + " to JSON text; decode: a payload to a JSON tree; copy: into an array that is"
                    + " there. Payloads from 1 KiB on are compressed.")));
  }

  private static Sample play(Setup setup, String method, int bytes) throws RunnerException {
    ChainedOptionsBuilder options =
        options(setup)
            .include(CodecBenchmark.class.getName() + "\\." + method + "$")
            .param("bytes", Integer.toString(bytes));
    double nanos = new Runner(options.build()).runSingle().getPrimaryResult().getScore();
    return new Sample(Map.of()).with(NANOS, nanos).with(RATE, 1e3 * bytes / nanos);
  }

  private static ChainedOptionsBuilder options(Setup setup) {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .jvmArgsAppend(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseParallelGC",
                "-XX:+UseCompactObjectHeaders");
    return setup.smoke()
        ? options
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(10))
        : options
            .forks(1)
            .warmupIterations(2)
            .warmupTime(TimeValue.milliseconds(100))
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(300));
  }
}
