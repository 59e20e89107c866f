package dev.stygian.services.ai;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/** Resolves names and refuses every address that is not globally routable. */
record PublicAddresses() implements Dns {

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    List<InetAddress> addresses = List.of(InetAddress.getAllByName(host));
    for (InetAddress address : addresses) {
      if (!isPublic(address)) {
        throw new UnknownHostException(
            "base_url names " + host + ", a private address; set allow_private to reach it");
      }
    }
    return addresses;
  }

  private static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] b = address.getAddress();
    int first = b[0] & 0xff;
    int second = b[1] & 0xff;
    if (address instanceof Inet6Address) {
      return (first & 0xe0) == 0x20 // 2000::/3 is all that is routed
          && !(first == 0x20 && second == 0x02) // 6to4 and Teredo hide an IPv4 address
          && !(first == 0x20 && second == 0x01 && b[2] == 0 && b[3] == 0);
    }
    return first != 0
        && first < 240
        && !(first == 100 && (second & 0xc0) == 64)
        && !(first == 192 && second == 0 && b[2] == 0)
        && !(first == 198 && (second & 0xfe) == 18);
  }
}
