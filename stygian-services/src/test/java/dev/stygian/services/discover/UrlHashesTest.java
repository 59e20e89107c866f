package dev.stygian.services.discover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class UrlHashesTest {
  @Property(tries = 200)
  void isASet(@ForAll List<@LongRange(min = 2, max = 300) Long> hashes) {
    UrlHashes kept = new UrlHashes();
    Set<Long> expected = new HashSet<>();
    for (long hash : hashes) {
      assertThat(kept.contains(hash)).isEqualTo(expected.contains(hash));
      assertThat(kept.add(hash)).isEqualTo(expected.add(hash));
      assertThat(kept.contains(hash)).isTrue();
      assertThat(kept.size()).isEqualTo(expected.size());
    }
  }

  @Test
  void takesZeroForItsNeighbour() {
    UrlHashes kept = new UrlHashes();
    assertThat(kept.contains(0)).isFalse();
    assertThat(kept.add(0)).isTrue();
    assertThat(kept.contains(0)).isTrue();
    assertThat(kept.add(1)).as("a collision, which lets one more pass").isFalse();
  }
}
