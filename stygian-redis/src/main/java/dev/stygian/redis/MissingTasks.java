package dev.stygian.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Tells which tasks of a chunk are those that it counts and nothing names, where that is certain:
 * all that nothing names; or those whose keys are still marked as executed by a lease that is gone;
 * or, where as many are missing in the node's counter of waiting tasks, the end of the chunk, as a
 * lane hands out the front first.
 */
final class MissingTasks {
  private static final int MOST_ITEMS_NAMED = 5;
  private static final int KEY_BYTES = 24;
  private static final int HEADER_BYTES = 8;

  private final RedisLink link;
  private final Keys keys;
  private final RunSurvey survey;

  MissingTasks(RedisLink link, Keys keys, RunSurvey survey) {
    this.link = link;
    this.keys = keys;
    this.survey = survey;
  }

  /** The places of a chunk's tasks that no lane, lease, delay or key has. */
  NavigableSet<Integer> unnamed(String chunk, int total) {
    NavigableSet<Integer> left = new TreeSet<>();
    for (int i = 0; i < total; i++) {
      left.add(i);
    }
    for (RunSurvey.Waiting entry : survey.waiting()) {
      entry
          .range()
          .filter(range -> range.chunk().equals(chunk))
          .ifPresent(range -> left.tailSet(range.first(), true).clear());
    }
    survey.leases().values().stream()
        .filter(lease -> lease.chunk().equals(chunk))
        .forEach(lease -> left.removeAll(lease.open()));
    if (survey.delayed().contains(chunk) || survey.parked().contains(chunk)) {
      left.clear();
    }
    return left;
  }

  /**
   * Which of the tasks that nothing names are those that are unfinished.
   *
   * @param chunk its bytes
   * @param notWaiting tasks of the node that its counter of waiting ones has and no lane
   * @return empty where that cannot be told
   */
  Optional<List<Integer>> which(
      RunSurvey.Header header,
      byte[] chunk,
      NavigableSet<Integer> unnamed,
      int count,
      long notWaiting)
      throws InterruptedException {
    if (unnamed.size() == count) {
      return Optional.of(List.copyOf(unnamed));
    }
    List<Integer> places = List.copyOf(unnamed);
    List<Integer> sure = new ArrayList<>();
    for (int place : places) {
      int from = HEADER_BYTES + 4 * header.total() + KEY_BYTES * place;
      byte[] key = Arrays.copyOfRange(chunk, from, from + KEY_BYTES);
      byte[] lease = link.ask("hget", s -> s.hget(keys.flight(), key));
      if (lease != null && !isThere(lease)) {
        sure.add(place);
      }
    }
    int left = count - sure.size();
    boolean isEnd = left > 0 && left <= notWaiting;
    for (int i = 1; isEnd && i <= left; i++) {
      int place = header.total() - i;
      isEnd = unnamed.contains(place) && !sure.contains(place);
      sure.add(place);
    }
    return left == 0 || isEnd ? Optional.of(sure) : Optional.empty();
  }

  private boolean isThere(byte[] lease) throws InterruptedException {
    byte[] record = link.ask("hget", s -> s.hget(keys.leases(), lease));
    return record != null && RunSurvey.isLease(new String(record, UTF_8));
  }

  /** The items of some tasks of a chunk, as people read them. */
  static String items(int total, byte[] chunk, List<Integer> places) {
    ByteBuffer numbers = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
    int at = HEADER_BYTES + (4 + 2 * KEY_BYTES) * total;
    List<String> items = new ArrayList<>();
    for (int place = 0; place < total; place++) {
      if (places.contains(place) && items.size() < MOST_ITEMS_NAMED) {
        int length = numbers.getShort(at + 1) & 0xffff;
        items.add("\"" + new String(chunk, at + 3, length, UTF_8) + "\"");
      }
      at += numbers.getInt(HEADER_BYTES + 4 * place);
    }
    int others = places.size() - items.size();
    return (places.size() == 1 ? "item " : "items ")
        + String.join(", ", items)
        + (others > 0 ? " and " + others + " more" : "");
  }
}
