package dev.stygian.redis;

import dev.stygian.graph.error.SettingInvalidException;
import io.lettuce.core.RedisURI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A queue's URL, whose scheme tells the kind of deployment. What is wrong with it is told without
 * the password that may stand in it.
 */
record ServerUrl(String url) {
  private static final Pattern PARTS = Pattern.compile("([A-Za-z+-]+)://(?:(.*)@)?([^@/?#]*)(.*)");
  private static final Pattern PRIMARY = Pattern.compile("[?&]sentinelMasterId=[^&]|#.");

  @Override
  public String toString() {
    return url.replaceAll("//.*@", "//***@");
  }

  /** The address of the queue that has these keys. */
  ServerAddress address(Keys keys) {
    return switch (url.substring(0, Math.max(0, url.indexOf("://"))).toLowerCase(Locale.ROOT)) {
      case "redis-cluster" -> new ClusterAddress(nodes("redis://"), keys);
      case "rediss-cluster" -> new ClusterAddress(nodes("rediss://"), keys);
      case "redis-sentinel", "rediss-sentinel" -> sentinel();
      default -> new FixedAddress(read(url));
    };
  }

  /** The user that stands before the host, with or without a password behind it. */
  Optional<String> user() {
    Matcher parts = PARTS.matcher(url);
    if (!parts.matches() || parts.group(2) == null) {
      return Optional.empty();
    }
    String encoded = parts.group(2).split(":", 2)[0];
    return encoded.isEmpty()
        ? Optional.empty()
        : Optional.of(java.net.URI.create("x://" + encoded + "@x").getUserInfo());
  }

  /** As a connection is told it, but for the host. */
  RedisURI sample() {
    return url.contains("-cluster://") ? nodes("redis://").getFirst() : read(url);
  }

  private SentinelAddress sentinel() {
    if (!PRIMARY.matcher(url).find()) {
      throw new SettingInvalidException(
          "\""
              + this
              + "\" names no primary; add ?sentinelMasterId=NAME, as the sentinels call it");
    }
    RedisURI read = read(url);
    return new SentinelAddress(read, read.getSentinelMasterId());
  }

  private List<RedisURI> nodes(String scheme) {
    Matcher parts = PARTS.matcher(url);
    if (!parts.matches()) {
      throw invalid();
    }
    String user = parts.group(2) == null ? "" : parts.group(2) + "@";
    return Arrays.stream(parts.group(3).split(",", -1))
        .map(host -> read(scheme + user + host + parts.group(4)))
        .toList();
  }

  private RedisURI read(String one) {
    try {
      RedisURI read = RedisURI.create(one);
      read.setTimeout(Connections.HANDSHAKE_TIME);
      return read;
    } catch (IllegalArgumentException _) { // its message may repeat the password
      throw invalid();
    }
  }

  private SettingInvalidException invalid() {
    return new SettingInvalidException("\"" + this + "\" is no queue URL; write redis://HOST:PORT");
  }
}
