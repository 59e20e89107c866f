package dev.stygian.redis;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.settings.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files by which a process and a queue's server know each other. Each is read anew for each
 * connection, so what is replaced holds from the next one on.
 *
 * @param passwordFile holds the password, in front of the one in the URL; {@code
 *     REDIS_PASSWORD_FILE}
 * @param authorities certificates in PEM form that a server's must be signed by, instead of those
 *     that Java trusts; {@code REDIS_TLS_CA}
 * @param certificate of this process, with its chain, in PEM form; {@code REDIS_TLS_CERT}
 * @param key of that certificate, PKCS#8 in PEM form and without a passphrase; {@code
 *     REDIS_TLS_KEY}
 */
public record RedisSecurity(
    Optional<Path> passwordFile,
    Optional<Path> authorities,
    Optional<Path> certificate,
    Optional<Path> key) {
  static final String PASSWORD_FILE = "REDIS_PASSWORD_FILE";
  static final String AUTHORITIES = "REDIS_TLS_CA";
  static final String CERTIFICATE = "REDIS_TLS_CERT";
  static final String KEY = "REDIS_TLS_KEY";

  public RedisSecurity {
    requireReadable(PASSWORD_FILE, passwordFile);
    requireReadable(AUTHORITIES, authorities);
    requireReadable(CERTIFICATE, certificate);
    requireReadable(KEY, key);
    if (certificate.isPresent() != key.isPresent()) {
      throw new SettingInvalidException(
          "a certificate and its key belong together; set both "
              + CERTIFICATE
              + " and "
              + KEY
              + ", or neither");
    }
  }

  /** No files: a password comes from the URL, and Java's own authorities are trusted. */
  public static RedisSecurity none() {
    return new RedisSecurity(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** What the environment names. */
  public static RedisSecurity withEnv(Environment environment) {
    return new RedisSecurity(
        file(environment, PASSWORD_FILE),
        file(environment, AUTHORITIES),
        file(environment, CERTIFICATE),
        file(environment, KEY));
  }

  private static Optional<Path> file(Environment environment, String variable) {
    return environment.value(variable).filter(text -> !text.isBlank()).map(Path::of);
  }

  private static void requireReadable(String variable, Optional<Path> file) {
    if (file.isPresent() && !Files.isReadable(file.get())) {
      throw new SettingInvalidException(
          variable
              + " names "
              + file.get()
              + ", which cannot be read; correct the path, or let this user read the file");
    }
  }
}
