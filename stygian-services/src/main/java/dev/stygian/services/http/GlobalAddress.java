package dev.stygian.services.http;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which addresses are globally routable unicast, by the IANA special-purpose address registries
 * (RFC 6890 and its updates). What is not is where a page may lead a fetcher that it must not
 * reach: the machine itself, its network, a cloud's metadata service.
 *
 * <p>IPv6 is an allow-list: only {@code 2000::/3} is handed out for global use. An IPv4 address
 * inside an IPv4-mapped or NAT64 address is judged as what it is, since that is where the packets
 * go; the deprecated embeddings (IPv4-compatible, 6to4, Teredo) are refused whole. A few anycast
 * services inside refused blocks ({@code 192.0.0.9}, {@code 2001:1::1}) are refused with them: none
 * serves pages.
 */
public final class GlobalAddress {
  private static final List<Block> REFUSED_IPV4 =
      List.of(
          block("255.255.255.255", 32, "broadcast"),
          block("0.0.0.0", 8, "unspecified"),
          block("10.0.0.0", 8, "private"),
          block("100.64.0.0", 10, "carrier-grade NAT"),
          block("127.0.0.0", 8, "loopback"),
          block("169.254.0.0", 16, "link-local"),
          block("172.16.0.0", 12, "private"),
          block("192.0.0.0", 24, "protocol assignment"),
          block("192.0.2.0", 24, "documentation"),
          block("192.88.99.0", 24, "6to4 relay"),
          block("192.168.0.0", 16, "private"),
          block("198.18.0.0", 15, "benchmarking"),
          block("198.51.100.0", 24, "documentation"),
          block("203.0.113.0", 24, "documentation"),
          block("224.0.0.0", 4, "multicast"),
          block("240.0.0.0", 4, "reserved"));

  private static final List<Block> REFUSED_IPV6 =
      List.of(
          block("::", 128, "unspecified"),
          block("::1", 128, "loopback"),
          block("::", 96, "IPv4-compatible"),
          block("64:ff9b:1::", 48, "local-use NAT64"),
          block("100::", 64, "discard-only"),
          block("2001:db8::", 32, "documentation"),
          block("2001::", 32, "Teredo"),
          block("2001:2::", 48, "benchmarking"),
          block("2001::", 23, "protocol assignment"),
          block("2002::", 16, "6to4"),
          block("3fff::", 20, "documentation"),
          block("5f00::", 16, "segment routing"),
          block("fc00::", 7, "unique local"),
          block("fe80::", 10, "link-local"),
          block("fec0::", 10, "site-local"),
          block("ff00::", 8, "multicast"));

  private static final Block GLOBAL_UNICAST = block("2000::", 3, "global unicast");
  private static final List<Block> IPV4_INSIDE =
      List.of(new Block(mappedPrefix(), 96, "IPv4-mapped"), block("64:ff9b::", 96, "NAT64"));

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Block(byte[] prefix, int bits, String kind) {
    boolean contains(byte[] address) {
      int whole = bits / 8;
      int rest = bits % 8;
      return Arrays.equals(prefix, 0, whole, address, 0, whole)
          && (rest == 0 || ((prefix[whole] ^ address[whole]) & 0xff) >>> (8 - rest) == 0);
    }
  }

  private GlobalAddress() {}

  public static boolean isGlobal(InetAddress address) {
    return otherKind(address).isEmpty();
  }

  /** What an address is instead of globally routable, in words; empty where it is global. */
  public static Optional<String> otherKind(InetAddress address) {
    return otherKind(address.getAddress());
  }

  /** The same for an address in network byte order: 4 bytes or 16. */
  static Optional<String> otherKind(byte[] address) {
    if (address.length == 4) {
      return kind(REFUSED_IPV4, address);
    }
    Optional<String> outer = kind(IPV4_INSIDE, address);
    if (outer.isPresent()) {
      return kind(REFUSED_IPV4, Arrays.copyOfRange(address, 12, 16))
          .map(inner -> outer.get() + " " + inner);
    }
    Optional<String> refused = kind(REFUSED_IPV6, address);
    return refused.isPresent() || GLOBAL_UNICAST.contains(address)
        ? refused
        : Optional.of("unassigned");
  }

  private static Optional<String> kind(List<Block> blocks, byte[] address) {
    return blocks.stream().filter(b -> b.contains(address)).map(Block::kind).findFirst();
  }

  private static Block block(String prefix, int bits, String kind) {
    return new Block(InetAddress.ofLiteral(prefix).getAddress(), bits, kind);
  }

  /** As bytes, since Java reads the literal {@code ::ffff:0:0} as an IPv4 address. */
  private static byte[] mappedPrefix() {
    byte[] prefix = new byte[16];
    prefix[10] = (byte) 0xff;
    prefix[11] = (byte) 0xff;
    return prefix;
  }
}
