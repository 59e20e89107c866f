package dev.stygian.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class WarmUpTest {
  private static final WarmUp WARM_UP = new WarmUp(2, 10);

  @Test
  void itLastsUntilTheCompilersHaveLittleToDo() {
    assertThat(WARM_UP.isEnough(5, 0.5)).isFalse();
    assertThat(WARM_UP.isEnough(5, 0.05)).isTrue();
  }

  @Test
  void itHasBounds() {
    assertThat(WARM_UP.isEnough(1, 0)).isFalse();
    assertThat(WARM_UP.isEnough(11, 0.5)).isTrue();
  }

  @Test
  void whatTheLastRoundGaveIsReturned() throws Exception {
    AtomicInteger rounds = new AtomicInteger();

    int last = new WarmUp(0, 0).play(List.of(), rounds::incrementAndGet);

    assertThat(last).isEqualTo(rounds.get()).isPositive();
  }

  /** A process has to answer before it ends, and to end when its orders do. */
  @Test
  void childrenTellWhatTheirsHaveDone() {
    ChildJvm child = ChildJvm.start(Idle.class, List.of());
    try (child) {
      long millis = child.compiledMillis();
      assertThat(child.compiledMillis()).isGreaterThanOrEqualTo(millis);
    }
    assertThat(ProcessHandle.of(child.pid()).filter(ProcessHandle::isAlive)).isEmpty();
  }

  /** Obeys nothing, and has a thread that would keep it alive. */
  static final class Idle {
    private Idle() {}

    public static void main(String[] args) throws Exception {
      var _ =
          Thread.ofPlatform()
              .name("stays")
              .start(() -> java.util.concurrent.locks.LockSupport.park());
      ChildOrders.serve(words -> String.join(" ", words));
    }
  }
}
