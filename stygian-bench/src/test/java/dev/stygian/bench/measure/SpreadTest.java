package dev.stygian.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SpreadTest {
  @Test
  void medianOfAnOddNumberIsTheMiddle() {
    assertThat(Spread.of(List.of(5.0, 1.0, 3.0))).isEqualTo(new Spread(3, 1, 5));
  }

  @Test
  void medianOfAnEvenNumberIsTheMeanOfTheMiddle() {
    assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 9.0))).isEqualTo(new Spread(3, 1, 9));
  }

  @Test
  void medianOfHugeFiguresDoesNotOverflow() {
    assertThat(Spread.of(List.of(Double.MAX_VALUE, Double.MAX_VALUE)).median())
        .isEqualTo(Double.MAX_VALUE);
  }

  @Test
  void noRoundsHaveNoSpread() {
    assertThatThrownBy(() -> Spread.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Spread(1, 2, 3)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void textShowsTheRangeWhereThereIsOne() {
    assertThat(new Spread(97_120.4, 95_003, 98_400).text(0)).isEqualTo("97,120 [95,003-98,400]");
    assertThat(Spread.of(0.756).text(2)).isEqualTo("0.76");
  }
}
