package dev.stygian.services.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Resolves host names; tests hand in their own. */
@FunctionalInterface
interface NameLookup {
  /** Every address of a name, best first. */
  List<InetAddress> addresses(String host) throws UnknownHostException, InterruptedException;

  /** What the operating system answers. */
  static NameLookup ofSystem() {
    return host -> List.of(InetAddress.getAllByName(host));
  }
}
