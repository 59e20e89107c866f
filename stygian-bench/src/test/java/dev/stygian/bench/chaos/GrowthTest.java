package dev.stygian.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class GrowthTest {
  private static final int ITEMS = 1_000;

  private final Growth growth = new Growth(ITEMS);

  /** What finds nothing new is found by others, else the visited links would not be tried. */
  @Test
  void allThatCanBeFoundIsFoundBySeveral() {
    assertThat(IntStream.range(0, growth.numbers())).allMatch(growth::isReached);
    assertThat(
            IntStream.range(0, growth.numbers())
                .flatMap(item -> IntStream.of(Growth.links(item, ITEMS))))
        .allMatch(link -> link >= ITEMS && link < growth.numbers())
        .hasSizeGreaterThan(3 * (growth.numbers() - ITEMS));
  }

  @Test
  void aFewItemsFindNothing() {
    assertThat(Growth.links(0, 1)).isEmpty();
    assertThat(new Growth(1).numbers()).isEqualTo(1);
  }

  @Test
  void itemsHaveNoPartsOrAFewOrMany() {
    assertThat(IntStream.range(0, ITEMS).map(Growth::parts).distinct().sorted())
        .containsExactly(0, 1, 2, 3, Growth.MOST_PARTS);
  }

  @Test
  void eachPartHasAPlaceOfItsOwn() {
    Set<Integer> places = new HashSet<>();
    for (int item = 0; item < growth.numbers(); item++) {
      for (int part = 0; part < Growth.parts(item); part++) {
        assertThat(places.add(growth.place(GrowingPipeline.VISIT, item, part))).isTrue();
      }
      assertThat(growth.place(GrowingPipeline.VISIT, item, Growth.parts(item))).isEqualTo(-1);
    }
    assertThat(places).hasSize(growth.count(GrowingPipeline.VISIT));
  }

  /** Only what was split into parts can lack one. */
  @Test
  void oneOfThePartsOfAnItemThatDiesLateDies() {
    assertThat(
            IntStream.range(0, growth.numbers())
                .filter(item -> Fate.of(item) == Fate.DIES_LATE)
                .mapToLong(item ->
                    IntStream.range(0, Growth.parts(item))
                        .filter(part -> Growth.dies(item, part))
                        .count()))
        .hasSize(3)
        .containsOnly(1L);
  }

  @Test
  void thePlannedEndsAddUp() {
    PlannedEnds planned = growth.planned();

    assertThat(planned.items()).isEqualTo(planned.done() + planned.dead());
    assertThat(planned.submitted()).isEqualTo(ITEMS);
    assertThat(planned.of(GrowingPipeline.VISIT).dead()).isEqualTo(planned.groups()).isEqualTo(3);
    assertThat(planned.of(GrowingPipeline.FIND).done() + planned.of(GrowingPipeline.FIND).dead())
        .isEqualTo(growth.numbers());
  }
}
