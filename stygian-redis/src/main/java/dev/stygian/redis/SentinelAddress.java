package dev.stygian.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.Optional;

/**
 * The primary of a group that sentinels watch, as one of them names it. During a failover it may be
 * the old one for a while: that refuses the connection or the write, and the sentinels are asked
 * again.
 */
record SentinelAddress(RedisURI sentinels, String primary) implements ServerAddress {
  @Override
  public RedisURI find(RedisClient client, Credentials credentials) {
    return ServerAddress.firstAnswer(
        "no sentinel that answers knows a primary \"" + primary + "\"",
        sentinels.getSentinels(),
        sentinel -> ask(client, credentials, sentinel));
  }

  /** A sentinel without a password refuses one, so it is told ours only where it asks for it. */
  private Optional<RedisURI> ask(RedisClient client, Credentials credentials, RedisURI sentinel) {
    RedisURI bare = RedisURI.builder(sentinel).withSsl(sentinels).build();
    bare.setTimeout(Connections.HANDSHAKE_TIME);
    bare.setClientName(sentinels.getClientName());
    try {
      return ask(client, bare);
    } catch (RedisException e) {
      if (!Trouble.of(e).isAboutCredentials()) {
        throw e;
      }
      return ask(client, credentials.applyTo(bare));
    }
  }

  private Optional<RedisURI> ask(RedisClient client, RedisURI sentinel) {
    try (StatefulRedisConnection<String, String> asked =
        client.connect(StringCodec.UTF8, sentinel)) {
      List<Object> hostAndPort =
          asked
              .sync()
              .dispatch(
                  CommandType.SENTINEL,
                  new ArrayOutput<>(StringCodec.UTF8),
                  new CommandArgs<>(StringCodec.UTF8).add("get-master-addr-by-name").add(primary));
      return hostAndPort.size() == 2
          ? Optional.of(at(String.valueOf(hostAndPort.get(0)), String.valueOf(hostAndPort.get(1))))
          : Optional.empty();
    }
  }

  private RedisURI at(String host, String port) {
    return RedisURI.builder(sentinels).withHost(host).withPort(Integer.parseInt(port)).build();
  }
}
