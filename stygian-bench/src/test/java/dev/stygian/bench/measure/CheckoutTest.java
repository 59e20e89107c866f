package dev.stygian.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckoutTest {
  @TempDir private Path folder;

  @Test
  void aFolderThatIsNoCheckoutHasNoCommit() throws InterruptedException {
    assertThat(Checkout.commit(folder)).isEmpty();
    assertThat(Checkout.commit(folder.resolve("missing"))).isEmpty();
  }
}
