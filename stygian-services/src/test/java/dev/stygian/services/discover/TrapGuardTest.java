package dev.stygian.services.discover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrapGuardTest {
  private static final TrapLimits FEW = new TrapLimits(20, 3, 10, 5, 3);

  private static Optional<SkipReason> trap(String path) {
    return UrlShape.trap(Urls.normal("http://shop.example" + path), TrapLimits.defaults());
  }

  private static Optional<SkipReason> check(TrapGuard guard, String path) {
    return trap(guard, path).map(TrapGuard.Trap::reason);
  }

  private static Optional<TrapGuard.Trap> trap(TrapGuard guard, String path) {
    return guard.check(Urls.normal("http://shop.example" + path));
  }

  private static List<String> keys(String path) {
    return UrlShape.growths(Urls.normal("http://shop.example" + path), TrapLimits.defaults())
        .stream()
        .map(growth -> growth.key() + " " + growth.limit())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a/a/a",
        "/x/a/b/a/b/a/b",
        "/x/a/b/a/b/a/b/y.html",
        "/en/a/en/b/en/c/en/",
        "/a//b//c//d//",
        "/css/img/css/img/css/img/"
      })
  void findsRepeatedSegments(String path) {
    assertThat(trap(path)).contains(SkipReason.REPEATED_SEGMENTS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/a/a", "/a/b/a/b", "/en/a/en/b/en", "/a/b/a/c/a", "/2011/11/11/x", "/a//b/"})
  void letsPassWhatARealSiteRepeats(String path) {
    assertThat(trap(path)).isEmpty();
  }

  @Test
  void findsPathsThatAreTooDeep() {
    String twenty = "/a1/a2/a3/a4/a5/a6/a7/a8/a9/b1/b2/b3/b4/b5/b6/b7/b8/b9/c1/c2";
    assertThat(trap(twenty)).isEmpty();
    assertThat(trap(twenty + "/c3")).contains(SkipReason.DEEP_PATH);
  }

  @ParameterizedTest
  @CsvSource({
    "/about, ''",
    "/list?sort=price, ''",
    "/p/12345, shop.example/p/{n} 100000",
    "/p/99999-red-shoe, shop.example/p/{n}-red-shoe 100000",
    "/list?page=7, shop.example/list?page={nn} 100000",
    "/cal/2026/11, shop.example/cal/{year}/{nn} 4000",
    "/cal/2026/11/26, shop.example/cal/{year}/{nn}/{nn} 4000",
    "/cal?d=2026-11-26, shop.example/cal?d={year}-{nn}-{nn} 4000",
    "/cal/20261126, shop.example/cal/{date} 4000",
    "/cal/20269926, shop.example/cal/{n} 100000",
    "/model/2026, shop.example/model/{year} 100000",
    "/p/12?ref=abc1, shop.example/p/{nn}?ref= 100000",
  })
  void givesUrlsThatDifferByNumbersOneKey(String path, String expected) {
    assertThat(keys(path)).isEqualTo(expected.isEmpty() ? List.of() : List.of(expected));
  }

  @Test
  void givesQueriesOfOnePathOneKey() {
    assertThat(keys("/list?sort=a&color=b")).containsExactly("shop.example/list? 10000");
    assertThat(keys("/list?y=2026&m=1"))
        .containsExactly("shop.example/list?y={year}&m={nn} 4000", "shop.example/list? 10000");
    assertThat(UrlShape.growths(Urls.normal("http://a.example:81/1"), FEW).getFirst().key())
        .isEqualTo("a.example:81/{nn}");
  }

  @Test
  void endsACalendar() {
    TrapGuard guard = new TrapGuard(TrapLimits.defaults());
    LocalDate day = LocalDate.of(2026, 1, 1);
    for (int i = 0; i < 4000; i++, day = day.plusDays(1)) {
      assertThat(check(guard, "/cal?day=" + day)).isEmpty();
    }
    assertThat(check(guard, "/cal?day=" + day)).contains(SkipReason.PATTERN_FULL);
    assertThat(check(guard, "/events?day=" + day)).as("another path").isEmpty();
  }

  @Test
  void letsAShopHaveManyProducts() {
    TrapGuard guard = new TrapGuard(TrapLimits.defaults());
    for (int i = 0; i < 20_000; i++) {
      assertThat(check(guard, "/product/" + (100_000 + i))).isEmpty();
    }
  }

  @Test
  void endsFiltersInEveryCombination() {
    TrapGuard guard = new TrapGuard(FEW);
    for (String query : List.of("a=x&b=x", "a=x&b=y", "a=x&b=y&c=z")) {
      assertThat(check(guard, "/list?" + query)).isEmpty();
    }
    assertThat(check(guard, "/list?b=x&c=x")).contains(SkipReason.QUERIES_FULL);
    assertThat(check(guard, "/list?b=x")).as("one parameter").isEmpty();
    assertThat(check(guard, "/list")).isEmpty();
    assertThat(check(guard, "/other?b=x&c=x")).isEmpty();
  }

  @Test
  void whatIsSkippedCountsForNothing() {
    TrapGuard guard = new TrapGuard(new TrapLimits(20, 3, 2, 2, 1));
    assertThat(check(guard, "/a?x=1&y=x")).isEmpty();
    assertThat(check(guard, "/a?x=2&y=x")).contains(SkipReason.QUERIES_FULL);
    assertThat(check(guard, "/a?x=3&y=x")).contains(SkipReason.QUERIES_FULL);
    assertThat(check(guard, "/b/1")).isEmpty();
    assertThat(check(guard, "/b/2")).isEmpty();
    assertThat(check(guard, "/b/3")).contains(SkipReason.PATTERN_FULL);
  }

  /** A forum's threads, which are linked from all of its pages. */
  @Test
  void countsAUrlOnceHoweverOftenItIsLinked() {
    TrapGuard guard = new TrapGuard(FEW);
    for (int page = 0; page < 100; page++) {
      assertThat(check(guard, "/thread?id=1&page=1")).isEmpty();
      assertThat(check(guard, "/thread?id=1&page=2")).isEmpty();
    }
    assertThat(check(guard, "/thread?id=1&page=3")).isEmpty();
    assertThat(check(guard, "/thread?id=1&page=4")).contains(SkipReason.QUERIES_FULL);
    assertThat(check(guard, "/thread?id=1&page=2")).as("it passed before").isEmpty();
    assertThat(check(guard, "/thread?id=1&page=4")).contains(SkipReason.QUERIES_FULL);
  }

  @Test
  void letsManyUrlsPassThatPassedBefore() {
    TrapGuard guard = new TrapGuard(TrapLimits.defaults());
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 4000; i++) {
        assertThat(check(guard, "/cal/" + (1600 + i / 12) + "/" + (1 + i % 12))).isEmpty();
      }
    }
    assertThat(check(guard, "/cal/2599/1")).contains(SkipReason.PATTERN_FULL);
  }

  @Test
  void forgetsTheKeySeenLongestAgoWhereItKnowsTooManyUrls() {
    TrapGuard guard = new TrapGuard(FEW, 25);
    for (int i = 0; i < 10; i++) {
      assertThat(check(guard, "/a/" + i)).isEmpty();
      assertThat(check(guard, "/b/" + i)).isEmpty();
    }
    assertThat(check(guard, "/a/10")).contains(SkipReason.PATTERN_FULL);
    for (int i = 0; i < 6; i++) {
      assertThat(check(guard, "/c/" + i)).isEmpty();
    }
    assertThat(check(guard, "/a/10")).as("seen after /b/").contains(SkipReason.PATTERN_FULL);
    assertThat(check(guard, "/b/10")).isEmpty();
  }

  @Test
  void tellsOfEachTrapOnceAndOfSoManyAtMost() {
    TrapGuard guard = new TrapGuard(new TrapLimits(20, 3, 1, 1, 1));
    assertThat(trap(guard, "/p/1?ref=abc")).isEmpty();
    assertThat(trap(guard, "/p/2?ref=abc"))
        .contains(new TrapGuard.Trap(SkipReason.PATTERN_FULL, "shop.example/p/{nn}?ref=", true));
    assertThat(trap(guard, "/p/3?ref=abc").orElseThrow().isNews()).isFalse();
    assertThat(trap(guard, "/x/x/x?token=abc"))
        .contains(new TrapGuard.Trap(SkipReason.REPEATED_SEGMENTS, "shop.example/x/x/x", true));
    assertThat(trap(guard, "/y/y/y").orElseThrow().isNews()).isFalse();

    int told = 2;
    for (int i = 0; i < 100; i++) {
      check(guard, "/other-" + word(i) + "/1");
      told += trap(guard, "/other-" + word(i) + "/2").orElseThrow().isNews() ? 1 : 0;
    }
    assertThat(told).isEqualTo(TrapGuard.MAX_TOLD);
  }

  @Test
  void showsTheBeginningOfALongPattern() {
    TrapGuard guard = new TrapGuard(FEW);
    String pattern = trap(guard, "/" + "x".repeat(1000) + "/a/a/a").orElseThrow().pattern();
    assertThat(pattern).hasSize(201).startsWith("shop.example/xxx").endsWith("x…");
  }

  /** A pattern that is still seen keeps its count while many others come and go. */
  @Test
  void keepsTheCountsThatAreInUse() {
    TrapGuard guard = new TrapGuard(FEW);
    int passed = 0;
    for (int i = 0; i < TrapGuard.MAX_KEYS * 2; i++) {
      check(guard, "/other-" + word(i) + "/1");
      if (i % 1000 == 0 && check(guard, "/trap/" + (10_000 + i)).isEmpty()) {
        passed++;
      }
    }
    assertThat(passed).isEqualTo(10);
  }

  @Test
  void forgetsTheCountsThatAreNotInUse() {
    TrapGuard guard = new TrapGuard(new TrapLimits(20, 3, 1, 1, 1));
    assertThat(check(guard, "/trap/1")).isEmpty();
    assertThat(check(guard, "/trap/2")).isPresent();
    for (int i = 0; i < TrapGuard.MAX_KEYS; i++) {
      check(guard, "/other-" + word(i) + "/1");
    }
    assertThat(check(guard, "/trap/3")).isEmpty();
  }

  /** Letters only, so that each number is a pattern of its own. */
  private static String word(int number) {
    StringBuilder word = new StringBuilder();
    for (int rest = number; rest > 0; rest /= 26) {
      word.append((char) ('a' + rest % 26));
    }
    return word.toString();
  }

  @Test
  void refusesLimitsThatLetNothingPass() {
    assertThatThrownBy(() -> new TrapLimits(20, 1, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TrapLimits(0, 3, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
