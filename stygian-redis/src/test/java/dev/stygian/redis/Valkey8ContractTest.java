package dev.stygian.redis;

import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

@EnabledIf("dev.stygian.redis.Servers#hasValkey8")
final class Valkey8ContractTest extends RedisContract {
  @RegisterExtension
  static final ServerOfClass SERVER = new ServerOfClass(() -> Servers.named("valkey-8"));

  Valkey8ContractTest() {
    super(SERVER);
  }
}
