package dev.stygian.redis;

import dev.stygian.redis.embedded.ServerBinary;

final class Redis62ContractTest extends RedisContract {
  Redis62ContractTest() {
    super(ServerBinary.carried());
  }
}
