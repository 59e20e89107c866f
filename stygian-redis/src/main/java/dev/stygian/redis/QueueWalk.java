package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValueScanCursor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Walks with cursors through all that a queue keeps at its server, some at a time. What comes or
 * goes meanwhile may be seen or not; what is there all the time is seen.
 */
final class QueueWalk {
  private static final int PAGE = 1000;
  private static final Pattern OF_RUN = Pattern.compile("[rlq]:(\\d+)(:.*)?", Pattern.DOTALL);
  private static final Pattern HOST_LANE = Pattern.compile("l:(\\d+):(\\d+):(.+)");
  private static final Pattern LIVES = Pattern.compile("(?s)(a|n|sig|h|s):.*|workers");

  private final RedisLink link;
  private final Keys keys;

  QueueWalk(RedisLink link, Keys keys) {
    this.link = link;
    this.keys = keys;
  }

  /** A lane of tasks that visit a host. */
  record Lane(long run, int node, String host) {
    @Override
    public String toString() {
      return run + ":" + node + ":" + host;
    }
  }

  /**
   * The names of a queue's keys, behind its prefix, sorted by what they are.
   *
   * @param runs numbers of runs whose hash is there
   * @param remains keys of runs whose hash was not seen, as {@code recheck.lua} takes them
   * @param parked keys behind which tasks wait
   * @param lives keys that have a time to live
   */
  record Names(
      Set<Long> runs,
      List<String> remains,
      List<Lane> lanes,
      List<byte[]> parked,
      List<String> chunks,
      List<String> lives,
      List<String> hosts) {}

  Names names() throws InterruptedException {
    byte[] parkedPrefix = bytes(keys.prefix() + "p:");
    String pattern = keys.prefix().replaceAll("([\\\\*?\\[\\]])", "\\\\$1") + "*";
    Names names =
        new Names(
            new TreeSet<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    List<Matcher> ofRuns = new ArrayList<>();
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      ScanCursor from = cursor;
      KeyScanCursor<byte[]> page =
          link.ask("scan", s -> s.scan(from, ScanArgs.Builder.matches(pattern).limit(PAGE)));
      for (byte[] key : page.getKeys()) {
        if (Arrays.mismatch(key, parkedPrefix) == parkedPrefix.length) {
          names.parked.add(Arrays.copyOfRange(key, parkedPrefix.length, key.length));
        } else {
          sort(new String(key, UTF_8).substring(keys.prefix().length()), names, ofRuns);
        }
      }
      cursor = page;
    } while (!cursor.isFinished());
    for (Matcher key : ofRuns) {
      if (!names.runs.contains(Long.parseLong(key.group(1)))) {
        names.remains.add(key.group(1) + ":" + key.group());
      }
    }
    return names;
  }

  private static void sort(String name, Names names, List<Matcher> ofRuns) {
    Matcher ofRun = OF_RUN.matcher(name);
    if (ofRun.matches()) {
      if (name.startsWith("r:") && ofRun.group(2) == null) {
        names.runs.add(Long.parseLong(ofRun.group(1)));
      } else {
        ofRuns.add(ofRun);
      }
      Matcher lane = HOST_LANE.matcher(name);
      if (lane.matches()) {
        names.lanes.add(
            new Lane(
                Long.parseLong(lane.group(1)), Integer.parseInt(lane.group(2)), lane.group(3)));
      }
    } else if (name.startsWith("c:")) {
      names.chunks.add(name.substring(2));
    } else if (LIVES.matcher(name).matches()) {
      names.lives.add(name);
      if (name.startsWith("h:")) {
        names.hosts.add(name.substring(2));
      }
    }
  }

  /** The fields of a hash, without the empty one. */
  List<byte[]> fields(byte[] hash) throws InterruptedException {
    List<byte[]> all = new ArrayList<>();
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      ScanCursor from = cursor;
      MapScanCursor<byte[], byte[]> page =
          link.ask("hscan", s -> s.hscan(hash, from, ScanArgs.Builder.limit(PAGE)));
      page.getMap().keySet().stream().filter(field -> field.length > 0).forEach(all::add);
      cursor = page;
    } while (!cursor.isFinished());
    return all;
  }

  /** The members of a sorted set. */
  List<byte[]> members(byte[] set) throws InterruptedException {
    List<byte[]> all = new ArrayList<>();
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      ScanCursor from = cursor;
      ScoredValueScanCursor<byte[]> page =
          link.ask("zscan", s -> s.zscan(set, from, ScanArgs.Builder.limit(PAGE)));
      page.getValues().forEach(member -> all.add(member.getValue()));
      cursor = page;
    } while (!cursor.isFinished());
    return all;
  }
}
