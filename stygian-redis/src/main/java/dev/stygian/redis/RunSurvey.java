package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All that lies of a run at one moment, as {@code survey.lua} has read it: in one call, or in
 * several between which nothing of the run moved.
 */
final class RunSurvey {
  private static final Pattern ENTRY = Pattern.compile("([^:]+):(\\d+):(\\d+):(\\d+)");
  private static final Pattern LEASE =
      Pattern.compile("\\d+,(\\d+),([^,]+),(\\d+),(\\d+),\\d+,\\d+,([0-3]*),.*", Pattern.DOTALL);
  private static final Pattern NODE_COUNTER = Pattern.compile("[wldg](\\d+)");
  private static final int HEADER_BYTES = 8;

  /** Whose places are read at once: some, as a script has to be short. */
  private static final int MOST_AT_ONCE = 400;

  private static final int PAGE = 500;
  private static final int TRIES = 5;

  private final Map<String, String> fields = new HashMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private final Map<String, Held> leases = new LinkedHashMap<>();
  private final Set<String> delayed = new LinkedHashSet<>();
  private final Set<String> parked = new LinkedHashSet<>();
  private final Map<String, Chunk> chunks = new LinkedHashMap<>();
  private final Set<QueueWalk.Lane> hosts = new LinkedHashSet<>();
  private String stamp = "";
  private long accepted;
  private long deadLetters;
  private long excludedLetters;
  private long parkedAtFirst;
  private long parkedUnseen;
  private boolean isFirst = true;
  private boolean large;

  private RunSurvey() {}

  /** What a walk has found that may be the run's, for what no place of the run names. */
  record Hints(List<QueueWalk.Lane> lanes, List<byte[]> parked, List<String> chunks) {}

  /** An entry of a lane; where nobody can read it, none of its tasks is known. */
  record Waiting(int node, String host, String text, Optional<Range> range) {}

  /** Tasks of a chunk from {@code first} on, to its end. */
  record Range(String chunk, int total, int first) {
    int tasks() {
      return total - first;
    }
  }

  /** Tasks of a chunk that are leased, by their places in it. */
  record Held(int node, String chunk, List<Integer> open) {}

  /**
   * A chunk.
   *
   * @param unfinished as the queue counts
   * @param header where its bytes are there
   * @param livesMillis -1 for ever
   */
  record Chunk(OptionalLong unfinished, Optional<Header> header, long livesMillis) {}

  /** What a chunk says of itself. */
  record Header(int node, int total) {}

  /**
   * One thing to be read.
   *
   * @param words as the script takes it: its name and three arguments
   * @param places how many places that are at the most
   */
  private record Read(List<byte[]> words, long places) {
    static Read of(String what, Object first, Object second, Object third) {
      return of(what, bytes(String.valueOf(first)), second, third);
    }

    static Read of(String what, byte[] first, Object second, Object third) {
      return new Read(
          List.of(bytes(what), first, bytes(String.valueOf(second)), bytes(String.valueOf(third))),
          1);
    }

    Read of(long most) {
      return new Read(words, most);
    }
  }

  String stamp() {
    return stamp;
  }

  boolean isOver() {
    return fields.containsKey("finished");
  }

  boolean exists() {
    return fields.containsKey("state");
  }

  /** Nodes that a counter of tasks speaks of. */
  Set<Integer> countedNodes() {
    Set<Integer> counted = new TreeSet<>();
    for (String field : fields.keySet()) {
      Matcher node = NODE_COUNTER.matcher(field);
      if (node.matches()) {
        counted.add(Integer.parseInt(node.group(1)));
      }
    }
    return counted;
  }

  String text(String field) {
    return fields.getOrDefault(field, "");
  }

  long number(String field) {
    String value = text(field);
    return value.isEmpty() ? 0 : Long.parseLong(value);
  }

  long accepted() {
    return accepted;
  }

  long deadLetters() {
    return deadLetters;
  }

  long excludedLetters() {
    return excludedLetters;
  }

  List<Waiting> waiting() {
    return waiting;
  }

  Map<String, Held> leases() {
    return leases;
  }

  /** Chunks of one task each. */
  Set<String> delayed() {
    return delayed;
  }

  /** Likewise. */
  Set<String> parked() {
    return parked;
  }

  Map<String, Chunk> chunks() {
    return chunks;
  }

  /** A run's counters alone. */
  static RunSurvey ofHead(RedisLink link, long run) throws InterruptedException {
    RunSurvey survey = new RunSurvey();
    survey.call(link, run, 0, List.of());
    return survey;
  }

  /**
   * All of a run.
   *
   * @return empty where it is too large for one call and moved between any two, or where not all
   *     parked tasks were found: their keys have to be looked for anew then
   */
  static Optional<RunSurvey> of(RedisLink link, Keys keys, long run, Hints hints)
      throws InterruptedException {
    if (hints.chunks.size() + hints.lanes.size() + hints.parked.size() < MOST_AT_ONCE) {
      RunSurvey survey = new RunSurvey();
      survey.call(link, run, MOST_AT_ONCE, hinted(hints));
      if (!survey.large) {
        return Optional.of(survey).filter(s -> s.parkedUnseen == 0);
      }
    }
    for (int i = 0; i < TRIES; i++) {
      Optional<RunSurvey> survey = inPages(link, keys, run, hints);
      if (survey.isPresent()) {
        return survey;
      }
    }
    return Optional.empty();
  }

  private static List<Read> hinted(Hints hints) {
    List<Read> reads = new ArrayList<>();
    hints.lanes.forEach(lane -> reads.add(Read.of("lane", lane.node(), lane.host(), 0)));
    hints.parked.forEach(key -> reads.add(Read.of("parked", key, 0, "")));
    hints.chunks.forEach(chunk -> reads.add(Read.of("chunk", chunk, "", "")));
    return reads;
  }

  private static Optional<RunSurvey> inPages(RedisLink link, Keys keys, long run, Hints hints)
      throws InterruptedException {
    RunSurvey survey = new RunSurvey();
    survey.call(link, run, 0, List.of());
    String begin = survey.stamp;
    Set<QueueWalk.Lane> lanes = new LinkedHashSet<>(hints.lanes);
    long nodes = link.ask("hlen", s -> s.hlen(keys.run(run, "lanes")));
    for (int node = 0; node < nodes; node++) {
      lanes.add(new QueueWalk.Lane(run, node, ""));
      survey.pages(link, run, "hosts", node);
    }
    lanes.addAll(survey.hosts);
    List<Read> reads = new ArrayList<>();
    for (QueueWalk.Lane lane : lanes) {
      reads.addAll(pages(lane, laneLength(link, keys, lane)));
    }
    for (byte[] key : hints.parked) {
      long length = link.ask("llen", s -> s.llen(keys.parked(key)));
      for (long at = 0; at < length; at += PAGE) {
        reads.add(Read.of("parked", key, at, "").of(Math.min(PAGE, length - at)));
      }
    }
    hints.chunks.forEach(chunk -> reads.add(Read.of("chunk", chunk, "", "")));
    int from = 0;
    while (from < reads.size() && survey.stamp.equals(begin)) {
      int to = from;
      for (long places = 0; to < reads.size() && places < PAGE; to++) {
        places += reads.get(to).places;
      }
      survey.call(link, run, 0, reads.subList(from, to));
      from = to;
    }
    survey.pages(link, run, "leases", -1);
    survey.pages(link, run, "delayed", -1);
    return survey.stamp.equals(begin) && survey.parkedUnseen == 0
        ? Optional.of(survey)
        : Optional.empty();
  }

  private static long laneLength(RedisLink link, Keys keys, QueueWalk.Lane lane)
      throws InterruptedException {
    return link.ask("llen", s -> s.llen(keys.lane(lane)));
  }

  private static List<Read> pages(QueueWalk.Lane lane, long length) {
    List<Read> reads = new ArrayList<>();
    for (long from = 0; from < length; from += PAGE) {
      reads.add(Read.of("lane", lane.node(), lane.host(), from).of(Math.min(PAGE, length - from)));
    }
    return reads;
  }

  /** Reads with a cursor; where the run moved, the stamp tells at the end. */
  private void pages(RedisLink link, long run, String what, int node) throws InterruptedException {
    Optional<String> cursor = Optional.of("0");
    while (cursor.isPresent()) {
      Read read =
          node < 0 ? Read.of(what, cursor.get(), "", "") : Read.of(what, node, cursor.get(), "");
      String before = stamp;
      cursor = call(link, run, 0, List.of(read)).filter(next -> !next.equals("0"));
      if (!stamp.equals(before)) {
        return;
      }
    }
  }

  /** Adds what a call reads; returns the cursor that it replied. */
  private Optional<String> call(RedisLink link, long run, int most, List<Read> reads)
      throws InterruptedException {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(bytes(Long.toString(run)));
    arguments.add(bytes(Integer.toString(most)));
    for (Read read : reads) {
      arguments.addAll(read.words);
    }
    List<?> reply = link.list(LuaScript.SURVEY, arguments);
    stamp = Replies.text(reply.get(0));
    fields.clear();
    List<?> said = Replies.list(reply.get(1));
    for (int i = 0; i < said.size(); i += 2) {
      fields.put(Replies.text(said.get(i)), Replies.text(said.get(i + 1)));
    }
    accepted = Replies.number(reply.get(2));
    deadLetters = Replies.number(reply.get(3));
    excludedLetters = Replies.number(reply.get(4));
    Optional<String> next = Optional.empty();
    // each call tells what it has seen of all: what it has seen is the difference to the first one
    long unseen = Replies.number(reply.get(5));
    parkedUnseen = isFirst ? unseen : parkedUnseen - (parkedAtFirst - unseen);
    parkedAtFirst = isFirst ? unseen : parkedAtFirst;
    isFirst = false;
    for (Object found : Replies.list(reply.get(6))) {
      List<?> parts = Replies.list(found);
      if (Replies.text(parts.getFirst()).equals("next")) {
        next = Optional.of(Replies.text(parts.get(1)));
      } else {
        add(run, parts);
      }
    }
    return next;
  }

  private void add(long run, List<?> found) {
    switch (Replies.text(found.getFirst())) {
      case "large" -> large = true;
      case "lane" -> {
        String text = Replies.text(found.get(3));
        Matcher entry = ENTRY.matcher(text);
        waiting.add(
            new Waiting(
                (int) Replies.number(found.get(1)),
                Replies.text(found.get(2)),
                text,
                entry.matches() ? Optional.of(range(entry)) : Optional.empty()));
      }
      case "host" ->
          hosts.add(
              new QueueWalk.Lane(
                  run, (int) Replies.number(found.get(1)), Replies.text(found.get(2))));
      case "lease" -> {
        Matcher lease = LEASE.matcher(Replies.text(found.get(2)));
        if (lease.matches()) {
          leases.put(Replies.text(found.get(1)), held(lease));
        }
      }
      case "delayed" -> delayed.add(Replies.text(found.get(1)));
      case "parked" -> parked.add(Replies.text(found.get(1)));
      case "chunk" -> chunks.put(Replies.text(found.get(1)), chunk(found));
      default -> throw new IllegalStateException("survey.lua replied " + found.getFirst());
    }
  }

  private static Range range(Matcher entry) {
    return new Range(
        entry.group(1), Integer.parseInt(entry.group(2)), Integer.parseInt(entry.group(3)));
  }

  /** Whether a lease's record can be read. */
  static boolean isLease(String record) {
    return LEASE.matcher(record).matches();
  }

  private static Held held(Matcher lease) {
    int first = Integer.parseInt(lease.group(3));
    String flags = lease.group(5);
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < flags.length(); i++) {
      if (flags.charAt(i) != '0') {
        open.add(first + i);
      }
    }
    return new Held(Integer.parseInt(lease.group(1)), lease.group(2), open);
  }

  private static Chunk chunk(List<?> found) {
    String unfinished = new String(Replies.bytes(found.get(2)), UTF_8);
    byte[] header = Replies.bytes(found.get(3));
    ByteBuffer numbers = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    return new Chunk(
        unfinished.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(unfinished)),
        header.length < HEADER_BYTES
            ? Optional.empty()
            : Optional.of(new Header(numbers.getShort(4) & 0xffff, numbers.getShort(6) & 0xffff)),
        Replies.number(found.get(4)));
  }
}
