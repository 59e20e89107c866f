package dev.stygian.redis;

import io.lettuce.core.RedisException;

/** No replica said in time that it has what its primary accepted. */
final class UnreplicatedException extends RedisException {
  private static final long serialVersionUID = 1L;

  UnreplicatedException() {
    super("no replica has confirmed what was written");
  }
}
