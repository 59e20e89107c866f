package dev.stygian.redis;

import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Who a process is to a server: the user of the URL, with its password or with that of a file,
 * which is read for each connection and so may change while a process runs.
 */
record Credentials(
    RedisCredentialsProvider ofUrl, Optional<String> user, Optional<Path> passwordFile) {

  /** The same address, to be connected to as this user. */
  RedisURI applyTo(RedisURI server) {
    RedisURI known = RedisURI.builder(server).build();
    if (passwordFile.isEmpty()) {
      known.setCredentialsProvider(ofUrl);
    } else {
      known.setAuthentication(user.orElse("default"), password(passwordFile.get()));
    }
    return known;
  }

  /** Whether a password that is refused now may be another a moment later. */
  boolean mayChange() {
    return passwordFile.isPresent();
  }

  private static char[] password(Path file) {
    try {
      return Files.readString(file).strip().toCharArray();
    } catch (IOException e) {
      throw new RedisException(
          "the password file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
