package dev.stygian.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CodecBenchmarkTest {
  /** Rates are made of the length that a row names. */
  @ParameterizedTest
  @ValueSource(ints = {200, 5_000, 50_000})
  void payloadsAreAsLongAsTheirRowsSay(int bytes) {
    CodecBenchmark benchmark = new CodecBenchmark();
    benchmark.bytes = bytes;
    benchmark.make();

    assertThat(benchmark.copy()).hasSize(bytes).isEqualTo(benchmark.unpack());
    assertThat(benchmark.encode().json()).isEqualTo(benchmark.pack().json());
    assertThat(benchmark.encode().decode()).isEqualTo(benchmark.decode());
  }
}
