package dev.stygian.redis;

import dev.stygian.redis.embedded.ServerBinary;
import org.junit.jupiter.api.extension.RegisterExtension;

final class Redis62ContractTest extends RedisContract {
  @RegisterExtension static final ServerOfClass SERVER = new ServerOfClass(ServerBinary::carried);

  Redis62ContractTest() {
    super(SERVER);
  }
}
