package dev.stygian.redis;

import io.lettuce.core.RedisAsyncCommandsImpl;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.RedisCommand;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands that go to the server in one write, one right behind the other: a write wakes the thread
 * of the connection and costs a call of the system. For one thread, once.
 */
final class GatheredCommands extends RedisAsyncCommandsImpl<byte[], byte[]> {
  private final StatefulRedisConnection<byte[], byte[]> connection;
  private final List<RedisCommand<byte[], byte[], ?>> gathered = new ArrayList<>();

  GatheredCommands(StatefulRedisConnection<byte[], byte[]> connection) {
    super(connection, ByteArrayCodec.INSTANCE);
    this.connection = connection;
  }

  /** What every command of the client passes on its way out. */
  @Override
  public <T> AsyncCommand<byte[], byte[], T> dispatch(RedisCommand<byte[], byte[], T> command) {
    AsyncCommand<byte[], byte[], T> asked = new AsyncCommand<>(command);
    gathered.add(asked);
    return asked;
  }

  /** Sends all of them; the last thing that is done here. */
  void send() {
    connection.dispatch(gathered);
  }
}
