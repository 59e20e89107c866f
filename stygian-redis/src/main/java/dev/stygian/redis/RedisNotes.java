package dev.stygian.redis;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.queue.Notes;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Notes as plain keys with a time to live; what lies on shelves is booked by {@code keep.lua}. */
final class RedisNotes implements Notes {
  private static final byte[] CLAIMED = {'1'};
  private static final String FULL = "full";

  private final RedisLink link;
  private final Keys keys;

  RedisNotes(RedisLink link, Keys keys) {
    this.link = link;
    this.keys = keys;
  }

  @Override
  public Optional<byte[]> find(String name) {
    return Optional.ofNullable(ask("get", s -> s.get(keys.note(name))));
  }

  @Override
  public void put(String name, byte[] value, Duration ttl) {
    String _ = ask("set", s -> s.set(keys.note(name), value, SetArgs.Builder.px(ttl)));
  }

  @Override
  public Optional<byte[]> findStart(String name, int mostBytes) {
    byte[] start = ask("getrange", s -> s.getrange(keys.note(name), 0, mostBytes - 1L));
    return Optional.ofNullable(start).filter(bytes -> bytes.length > 0);
  }

  /** Tried once: a full server must not give up stored results for what can be had again. */
  @Override
  public boolean putOn(String shelf, long shelfBytes, String name, byte[] value, Duration ttl) {
    List<byte[]> arguments =
        Stream.of(shelf, name, value.length + SHELVED_BYTES, ttl.toMillis(), shelfBytes)
            .map(argument -> Keys.bytes(argument.toString()))
            .toList();
    return guarded(() -> {
      String until = link.wordOnce(LuaScript.KEEP, arguments).orElse(FULL);
      if (until.equals(FULL)) {
        return false;
      }
      SetArgs then = SetArgs.Builder.pxAt(Long.parseLong(until));
      return link.once(s -> s.set(keys.note(name), value, then)).isPresent();
    });
  }

  @Override
  public boolean claim(String name, Duration ttl) {
    SetArgs once = SetArgs.Builder.px(ttl).nx();
    return ask("set", s -> s.set(keys.note(name), CLAIMED, once)) != null;
  }

  @Override
  public void forget(String name) {
    long _ = ask("unlink", s -> s.unlink(keys.note(name)));
  }

  private <T> T ask(String what, RedisLink.Command<T> command) {
    return guarded(() -> link.ask(what, command));
  }

  /** What waits for the server. */
  @FunctionalInterface
  private interface Waiting<T> {
    T run() throws InterruptedException;
  }

  private static <T> T guarded(Waiting<T> waiting) {
    try {
      return waiting.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueueClosedException("interrupted while a note was asked for", e);
    }
  }
}
