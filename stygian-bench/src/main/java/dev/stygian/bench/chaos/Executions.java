package dev.stygian.bench.chaos;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every execution that any process began, from all journals of a run. Four bytes for each node of
 * each item: a bit for each attempt that was begun.
 */
final class Executions {
  private static final int MOST_ATTEMPTS = Integer.SIZE - 1;

  private final Map<String, MappedByteBuffer> journals = new HashMap<>();
  private final int[][] begun;
  private long count;
  private long repeated;

  private Executions(int nodes, int items) {
    begun = new int[nodes][items];
  }

  /** Reads the journals of a folder; an entry that its process could not finish is none. */
  static Executions read(Path folder, int items) throws IOException {
    Executions all = new Executions(TrialPipeline.NODES.size(), items);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        all.add(file);
      }
    }
    return all;
  }

  private void add(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MappedByteBuffer entries = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      journals.put(String.valueOf(file.getFileName()), entries);
      for (int at = 0; at + Journal.ENTRY_BYTES <= entries.limit(); at += Journal.ENTRY_BYTES) {
        note(entries.getInt(at), entries.get(at + 4), entries.get(at + 5));
      }
    }
  }

  private void note(int item, int node, int attempt) {
    count++;
    if (node < 0 || node >= begun.length || item < 0 || item >= begun[node].length) {
      throw new IllegalStateException("a journal tells of item " + item + " at node " + node);
    }
    if (attempt < 1 || attempt > MOST_ATTEMPTS) {
      throw new IllegalStateException("a journal tells of attempt " + attempt);
    }
    int bit = 1 << attempt;
    // the last node goes on under the lease of the join, and is at its first attempt each time
    if ((begun[node][item] & bit) != 0 && node != TrialPipeline.NODES.indexOf(TrialPipeline.LAST)) {
      repeated++;
    }
    begun[node][item] |= bit;
  }

  /** How many there were. */
  long count() {
    return count;
  }

  /** How many had the same node, item and attempt as an earlier one: a lease that two had. */
  long repeated() {
    return repeated;
  }

  /** The number of the last attempt that somebody began; 0: nobody did. */
  int lastAttempt(String node, int item) {
    int bits = begun[TrialPipeline.NODES.indexOf(node)][item];
    return bits == 0 ? 0 : Integer.SIZE - 1 - Integer.numberOfLeadingZeros(bits);
  }

  /** Whether a stamp is that of an execution of this node and item. */
  boolean contains(Stamp stamp, String node, int item) {
    MappedByteBuffer entries = journals.get(stamp.journal());
    long at = stamp.position() * Journal.ENTRY_BYTES;
    return entries != null
        && stamp.position() >= 0
        && at + Journal.ENTRY_BYTES <= entries.limit()
        && entries.getInt((int) at) == item
        && entries.get((int) at + 4) == TrialPipeline.NODES.indexOf(node)
        && entries.get((int) at + 5) == stamp.attempt();
  }

  /** The journals' names, for messages. */
  List<String> names() {
    return journals.keySet().stream().sorted().toList();
  }
}
