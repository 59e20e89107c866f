package dev.stygian.services.http;

import dev.stygian.graph.service.EgressRule;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import okhttp3.Dns;

/**
 * Resolves names for connections under one rule. Equal exactly where rule and source of names are:
 * OkHttp shares a pooled connection only between calls whose {@code Dns} is equal, so a call never
 * takes up a connection that its own rule would have refused.
 */
final class GuardedDns implements Dns {
  private final EgressRule rule;
  private final LookupThreads lookups;
  private final Duration timeout;

  GuardedDns(EgressRule rule, LookupThreads lookups, Duration timeout) {
    this.rule = rule;
    this.lookups = lookups;
    this.timeout = timeout;
  }

  /** Each address carries the name that was asked for, so that the socket's check can tell it. */
  @Override
  public List<InetAddress> lookup(String hostname) throws UnknownHostException {
    List<InetAddress> named = new ArrayList<>();
    for (InetAddress address : lookups.addresses(hostname, timeout)) {
      named.add(InetAddress.getByAddress(hostname, address.getAddress()));
    }
    if (named.isEmpty()) {
      throw new UnknownHostException(hostname);
    }
    return named;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GuardedDns that && rule.equals(that.rule) && lookups == that.lookups;
  }

  @Override
  public int hashCode() {
    return Objects.hash(rule, System.identityHashCode(lookups));
  }
}
