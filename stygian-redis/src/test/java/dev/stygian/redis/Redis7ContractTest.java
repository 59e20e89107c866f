package dev.stygian.redis;

import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

@EnabledIf("dev.stygian.redis.Servers#hasRedis7")
final class Redis7ContractTest extends RedisContract {
  @RegisterExtension
  static final ServerOfClass SERVER = new ServerOfClass(() -> Servers.named("redis-7"));

  Redis7ContractTest() {
    super(SERVER);
  }
}
