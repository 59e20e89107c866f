package dev.stygian.graph.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.item.BlobStore;
import dev.stygian.graph.settings.Sha256;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The folders of a queue's runs in a blob store, and which of them nobody needs any more. */
final class BlobFolders {
  private static final int PAGE = 500;
  private static final int READABLE_CHARACTERS = 60;
  private static final int DIGEST_BYTES = 8;

  private final RunLedger ledger;
  private volatile Optional<String> id = Optional.empty();

  BlobFolders(RunLedger ledger) {
    this.ledger = ledger;
  }

  /** The queue's own folder: queues of one store never see each other's runs. */
  String queue() {
    Optional<String> known = id;
    if (known.isEmpty()) {
      known = Optional.of(ledger.queueId());
      id = known;
    }
    return known.get();
  }

  /** A run's folder: what people can read of its id, and what tells it from every other one. */
  static String of(RunId run) {
    String readable = run.value().replaceAll("[^A-Za-z0-9_-]", "-");
    byte[] digest = Sha256.of(run.value().getBytes(UTF_8));
    return readable.substring(0, Math.min(READABLE_CHARACTERS, readable.length()))
        + "."
        + HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
  }

  /**
   * Deletes what was put before a moment into the folders of runs that the ledger does not know. A
   * run is opened before its first blob is put; so one whose folder was seen, and which is not
   * known after that, is forgotten.
   */
  int sweep(BlobStore store, Instant before, int most) {
    int deleted = 0;
    String after = "";
    while (true) {
      List<String> page = store.runs(queue(), after, PAGE);
      if (page.isEmpty()) {
        return deleted;
      }
      Set<String> known = new HashSet<>();
      ledger.runs().forEach(run -> known.add(of(run)));
      for (String run : page) {
        if (deleted >= most) {
          return deleted;
        }
        if (!known.contains(run)) {
          deleted += store.delete(queue(), run, before, most - deleted);
        }
      }
      after = page.getLast();
    }
  }
}
