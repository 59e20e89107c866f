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
 * Every execution that any process began, from all journals of a run. Four bytes for each task: a
 * bit for each attempt that was begun.
 */
final class Executions {
  private static final int MOST_ATTEMPTS = Integer.SIZE - 1;

  private final Map<String, MappedByteBuffer> journals = new HashMap<>();
  private final Tasks tasks;
  private final Beginnings beginnings;
  private final int[][] begun;
  private long count;
  private long repeated;

  /** Is told of each execution, in no order. */
  @FunctionalInterface
  interface Beginnings {
    /**
     * One was begun.
     *
     * @param nanos as {@link Journal#begin} noted it
     */
    void add(String node, int item, int part, long nanos);
  }

  private Executions(Tasks tasks, Beginnings beginnings) {
    this.tasks = tasks;
    this.beginnings = beginnings;
    this.begun = new int[tasks.nodes().size()][];
    for (int node = 0; node < begun.length; node++) {
      begun[node] = new int[tasks.count(tasks.nodes().get(node))];
    }
  }

  /** Reads the journals of a folder; an entry that its process could not finish is none. */
  static Executions read(Path folder, Tasks tasks) throws IOException {
    return read(folder, tasks, (_, _, _, _) -> {});
  }

  /** Likewise, and tells of each execution. */
  static Executions read(Path folder, Tasks tasks, Beginnings beginnings) throws IOException {
    Executions all = new Executions(tasks, beginnings);
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
        note(Journal.entry(entries, at));
      }
    }
  }

  private void note(Journal.Entry entry) {
    count++;
    boolean isNode = entry.node() >= 0 && entry.node() < begun.length;
    String node = isNode ? tasks.nodes().get(entry.node()) : String.valueOf(entry.node());
    int place = isNode ? tasks.place(node, entry.item(), entry.part()) : -1;
    if (place < 0) {
      throw new IllegalStateException(
          "a journal tells of part " + entry.part() + " of item " + entry.item() + " at " + node);
    }
    if (entry.attempt() < 1 || entry.attempt() > MOST_ATTEMPTS) {
      throw new IllegalStateException("a journal tells of attempt " + entry.attempt());
    }
    int bit = 1 << entry.attempt();
    if ((begun[entry.node()][place] & bit) != 0 && !tasks.isFollower(node)) {
      repeated++;
    }
    begun[entry.node()][place] |= bit;
    beginnings.add(node, entry.item(), entry.part(), entry.nanos());
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
  int lastAttempt(String node, int item, int part) {
    int bits = begun[tasks.nodes().indexOf(node)][tasks.place(node, item, part)];
    return bits == 0 ? 0 : Integer.SIZE - 1 - Integer.numberOfLeadingZeros(bits);
  }

  /** Whether a stamp is that of an execution of this node and part of an item. */
  boolean contains(Stamp stamp, String node, int item, int part) {
    MappedByteBuffer entries = journals.get(stamp.journal());
    long at = stamp.position() * Journal.ENTRY_BYTES;
    if (entries == null || stamp.position() < 0 || at + Journal.ENTRY_BYTES > entries.limit()) {
      return false;
    }
    Journal.Entry entry = Journal.entry(entries, (int) at);
    return entry.item() == item
        && entry.part() == part
        && entry.node() == tasks.nodes().indexOf(node)
        && entry.attempt() == stamp.attempt();
  }

  /** The journals' names, for messages. */
  List<String> names() {
    return journals.keySet().stream().sorted().toList();
  }
}
