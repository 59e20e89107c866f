package dev.stygian.redis;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.stygian.redis.Servers#hasValkey8")
final class Valkey8ContractTest extends RedisContract {
  Valkey8ContractTest() {
    super(Servers.named("valkey-8"));
  }
}
