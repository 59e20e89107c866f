package dev.stygian.graph.item;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.error.PayloadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

final class DirectoryBlobsTest extends BlobStoreContract {
  @TempDir Path folder;

  @Override
  protected BlobStore newStore() {
    return new DirectoryBlobs(folder.resolve("blobs"));
  }

  /** A body that compression does not make smaller. */
  private static Payload body() {
    StringBuilder text = new StringBuilder();
    new Random(7).ints(50_000, ' ', '~').forEach(c -> text.append((char) c));
    return Payload.of(JsonNodeFactory.instance.stringNode(text.toString()));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void aBodyThatIsKeptTravelsAsAShortReferenceAndReadsAsItself() throws IOException {
    try (BlobStore store = newStore()) {
      Payload body = body();

      Payload kept = body.keptIn(store, "queue", "run");

      assertThat(kept.size()).isLessThan(300);
      assertThat(kept.isReference()).isTrue();
      assertThat(kept.decode()).isEqualTo(body.decode());
      Payload travelled = Payload.ofBytes(kept.bytes());
      assertThat(travelled.readFrom(store).json()).isEqualTo(body.json());
      assertThat(travelled.keptIn(store, "queue", "other")).as("it is there").isSameAs(travelled);
      assertThat(files()).hasSize(1);
    }
  }

  @Test
  void whoWasToldOfNoStoreIsToldWhereTheBodyIsAndWhatToSet() {
    try (BlobStore store = newStore()) {
      Payload kept = body().keptIn(store, "queue", "run");

      assertThatThrownBy(() -> Payload.ofBytes(kept.bytes()).decode())
          .isInstanceOf(BlobUnavailableException.class)
          .hasMessageStartingWith("blob queue/run/")
          .hasMessageEndingWith(
              " lies in "
                  + store.place()
                  + ", and this process was told of no blob store; start it with --blobs "
                  + store.place()
                  + ", or set STYGIAN_BLOBS");
    }
  }

  @Test
  void aBlobThatIsMissingOrDamagedIsNeverSomethingElse() throws IOException {
    try (BlobStore store = newStore();
        BlobStore elsewhere = new DirectoryBlobs(folder.resolve("elsewhere"))) {
      Payload kept = body().keptIn(store, "queue", "run");
      Path file = files().getFirst();

      assertThatThrownBy(() -> kept.readFrom(elsewhere).json())
          .isInstanceOf(BlobUnavailableException.class)
          .hasMessageContaining(" is not in " + elsewhere.place() + ": it was put into ")
          .hasMessageContaining(store.place() + "; let --blobs or STYGIAN_BLOBS name one place");

      Files.writeString(file, "jnull");
      assertThatThrownBy(kept::decode)
          .isInstanceOf(BlobUnavailableException.class)
          .hasMessageContaining(" is damaged in " + store.place());

      Files.delete(file);
      assertThatThrownBy(kept::decode)
          .isInstanceOf(BlobUnavailableException.class)
          .hasMessageContaining(" is not in " + store.place() + ": it was deleted there");
    }
  }

  @Test
  void aReferenceNamesItsOwnerAndOneOfAVersionWithoutOwnersIsReadToo() {
    try (BlobStore store = newStore()) {
      Payload body = body();
      Payload owned = body.keptIn(store, "queue", "run", "0123456789abcdef");
      Payload shared = body.keptIn(store, "queue", "run");

      assertThat(owned.blob().orElseThrow().path()).endsWith("-0123456789abcdef");
      for (Payload kept : List.of(owned, shared)) {
        Payload travelled = Payload.ofBytes(kept.bytes()).readFrom(store);
        assertThat(travelled.blob()).isEqualTo(kept.blob());
        assertThat(travelled.json()).isEqualTo(body.json());
      }
    }
  }

  @Test
  void aReferenceThatLeadsOutOfTheStoreIsRefused() {
    try (BlobStore store = newStore()) {
      String digest = "0".repeat(64);
      for (String path :
          List.of(
              "../run/00/" + digest,
              "queue/../00/" + digest,
              "queue/run/00/../../../secret",
              "queue/run/11/" + digest,
              "queue/run/00/" + digest + "-../../../secret",
              "queue/run/00/" + digest + "-",
              digest)) {
        Payload reference = Payload.ofBytes(("b5\n" + path + "\nfile:///x").getBytes(UTF_8));

        assertThatThrownBy(() -> reference.readFrom(store).decode())
            .isInstanceOf(PayloadException.class);
      }
    }
  }

  @Test
  void aFolderThatCannotBeWrittenSaysWhatToSeeTo() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    try (BlobStore store = new DirectoryBlobs(file)) {
      assertThatThrownBy(() -> body().keptIn(store, "queue", "run"))
          .isInstanceOf(BlobUnavailableException.class)
          .hasMessageStartingWith("blobs in file://" + file + " cannot be written: ")
          .hasMessageEndingWith(
              "; see to it that the folder exists here, has room and belongs to this user");
    }
  }

  @Test
  void whatAWriterLeftBehindThatDiedGoesWithItsRun() throws IOException {
    try (BlobStore store = newStore()) {
      body().keptIn(store, "queue", "run");
      Path begun = Files.writeString(files().getFirst().resolveSibling(".begun-x"), "half of it");

      assertThat(store.delete("queue", "run", Instant.MAX, 10))
          .as("who wrote may live")
          .isEqualTo(1);
      Files.setLastModifiedTime(begun, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
      assertThat(store.delete("queue", "run", Instant.MAX, 10)).isEqualTo(1);
      assertThat(files()).isEmpty();
      assertThat(folder.resolve("blobs/queue/run")).doesNotExist();
    }
  }
}
