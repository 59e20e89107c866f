package dev.stygian.redis;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.queue.Notes;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.Optional;

/** Notes as plain keys with a time to live. */
final class RedisNotes implements Notes {
  private static final byte[] CLAIMED = {'1'};

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
  public boolean claim(String name, Duration ttl) {
    SetArgs once = SetArgs.Builder.px(ttl).nx();
    return ask("set", s -> s.set(keys.note(name), CLAIMED, once)) != null;
  }

  @Override
  public void forget(String name) {
    long _ = ask("unlink", s -> s.unlink(keys.note(name)));
  }

  private <T> T ask(String what, RedisLink.Command<T> command) {
    try {
      return link.ask(what, command);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueueClosedException("interrupted while a note was asked for", e);
    }
  }
}
