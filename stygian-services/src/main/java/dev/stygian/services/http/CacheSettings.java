package dev.stygian.services.http;

import dev.stygian.graph.settings.Config;
import java.time.Duration;
import java.util.Optional;

/**
 * What a node's config says of the cache.
 *
 * @param revalidate whether the site is asked about fresh responses too
 * @param ttl for how long a response is stored after it was last received or confirmed
 * @param maxBodyBytes a larger body is not stored; counted unpacked
 * @param maxTotalBytes of what is stored for the pipeline
 */
record CacheSettings(boolean revalidate, Duration ttl, long maxBodyBytes, long maxTotalBytes) {
  /** Empty where nothing is to be cached. */
  static Optional<CacheSettings> of(Config config) {
    return config.flag("cache")
        ? Optional.of(
            new CacheSettings(
                config.flag("revalidate"),
                config.duration("cache_ttl"),
                config.bytes("cache_max_body"),
                config.bytes("cache_max_total")))
        : Optional.empty();
  }
}
