package dev.stygian.bench.micro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Setup;
import dev.stygian.bench.measure.Spread;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** JSON and compression of payloads; the reference is a copy of as many bytes. */
public final class CodecCase implements BenchCase {
  private static final Column NANOS = new Column("nanos", "ns", 0);
  private static final Column RATE = new Column("megabytes_per_second", "MB/s", 0);
  private static final String BYTES = "bytes";
  private static final String REFERENCE = "copy";
  private static final List<String> ORDER =
      List.of("encode", "pack", "unpack", "decode", REFERENCE);

  @Override
  public String name() {
    return "codec";
  }

  @Override
  public String summary() {
    return "JSON and compression of payloads, beside a copy of the bytes";
  }

  @Override
  public List<CaseReport> run(Setup setup) throws RunnerException {
    Collection<RunResult> results = new Runner(options(setup).build()).run();
    List<RunResult> sorted =
        results.stream()
            .sorted(
                Comparator.comparingInt(CodecCase::bytes)
                    .thenComparingInt(result -> ORDER.indexOf(label(result))))
            .toList();
    List<Row> rows = new ArrayList<>();
    for (RunResult result : sorted) {
      RunResult copy =
          sorted.stream()
              .filter(r -> bytes(r) == bytes(result) && label(r).equals(REFERENCE))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("the reference was not measured"));
      rows.add(row(result, copy));
    }
    return List.of(
        new CaseReport(
            name(),
            "JMH, average time of a call",
            rows,
            List.of(
                "encode: a JSON tree to a payload; pack: JSON text to a payload; unpack: a payload"
                    + " to JSON text; decode: a payload to a JSON tree. Payloads from 1 KiB on are"
                    + " compressed.")));
  }

  private static ChainedOptionsBuilder options(Setup setup) {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(CodecBenchmark.class.getName() + "\\.")
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
            .warmupTime(TimeValue.milliseconds(300))
            .measurementIterations(4)
            .measurementTime(TimeValue.milliseconds(300));
  }

  private static Row row(RunResult result, RunResult copy) {
    Spread nanos = nanos(result);
    return new Row("%s, %,d B".formatted(label(result), bytes(result)), Map.of(NANOS, nanos))
        .with(RATE, Spread.of(1e3 * bytes(result) / nanos.median()))
        .with(Column.RATIO, Spread.of(nanos(copy).median() / nanos.median()));
  }

  private static Spread nanos(RunResult result) {
    return Spread.of(
        result.getAggregatedResult().getIterationResults().stream()
            .map(iteration -> iteration.getPrimaryResult().getScore())
            .toList());
  }

  private static String label(RunResult result) {
    return result.getPrimaryResult().getLabel();
  }

  private static int bytes(RunResult result) {
    return Integer.parseInt(result.getParams().getParam(BYTES));
  }
}
