package dev.stygian.redis;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.stygian.redis.Servers#hasRedis7")
final class Redis7ContractTest extends RedisContract {
  Redis7ContractTest() {
    super(Servers.named("redis-7"));
  }
}
