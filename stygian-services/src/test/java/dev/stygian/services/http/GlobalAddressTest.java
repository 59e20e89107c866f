package dev.stygian.services.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobalAddressTest {
  /** Both ends of every block of the IANA special-purpose registries, and metadata services. */
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, unspecified",
    "0.255.255.255, unspecified",
    "10.0.0.0, private",
    "10.255.255.255, private",
    "100.64.0.0, carrier-grade NAT",
    "100.100.100.200, carrier-grade NAT",
    "100.127.255.255, carrier-grade NAT",
    "127.0.0.0, loopback",
    "127.0.0.1, loopback",
    "127.255.255.255, loopback",
    "169.254.0.0, link-local",
    "169.254.169.254, link-local",
    "169.254.255.255, link-local",
    "172.16.0.0, private",
    "172.31.255.255, private",
    "192.0.0.0, protocol assignment",
    "192.0.0.255, protocol assignment",
    "192.0.2.0, documentation",
    "192.0.2.255, documentation",
    "192.88.99.0, 6to4 relay",
    "192.88.99.255, 6to4 relay",
    "192.168.0.0, private",
    "192.168.255.255, private",
    "198.18.0.0, benchmarking",
    "198.19.255.255, benchmarking",
    "198.51.100.0, documentation",
    "198.51.100.255, documentation",
    "203.0.113.0, documentation",
    "203.0.113.255, documentation",
    "224.0.0.0, multicast",
    "239.255.255.255, multicast",
    "240.0.0.0, reserved",
    "255.255.255.254, reserved",
    "255.255.255.255, broadcast",
    "::, unspecified",
    "::1, loopback",
    "::2, IPv4-compatible",
    "::8.8.8.8, IPv4-compatible",
    "::127.0.0.1, IPv4-compatible",
    "64:ff9b::10.0.0.1, NAT64 private",
    "64:ff9b::127.0.0.1, NAT64 loopback",
    "64:ff9b::169.254.169.254, NAT64 link-local",
    "64:ff9b:1::1, local-use NAT64",
    "64:ff9b:1:ffff:ffff:ffff:ffff:ffff, local-use NAT64",
    "64:ff9b:2::1, unassigned",
    "100::1, discard-only",
    "100:0:0:1::1, unassigned",
    "1fff:ffff::1, unassigned",
    "2001::1, Teredo",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2, Teredo",
    "2001:1::1, protocol assignment",
    "2001:2::1, benchmarking",
    "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff, protocol assignment",
    "2001:db8::, documentation",
    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, documentation",
    "2002::1, 6to4",
    "2002:7f00:1::1, 6to4",
    "2002:808:808::1, 6to4",
    "3fff::1, documentation",
    "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff, documentation",
    "4000::1, unassigned",
    "5f00::1, segment routing",
    "8000::1, unassigned",
    "fc00::1, unique local",
    "fd00:ec2::254, unique local",
    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, unique local",
    "fe80::1, link-local",
    "febf:ffff::1, link-local",
    "fec0::1, site-local",
    "ff02::1, multicast",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, multicast",
  })
  void namesWhatAnAddressIsInsteadOfGlobal(String address, String kind) {
    assertThat(GlobalAddress.otherKind(InetAddress.ofLiteral(address))).contains(kind);
    assertThat(GlobalAddress.isGlobal(InetAddress.ofLiteral(address))).isFalse();
  }

  /** The neighbours of every refused block. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.0.0.0",
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2000::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2001:db7:ffff::1",
        "2001:db9::1",
        "2003::1",
        "2606:4700::1111",
        "2a00:1450::1",
        "3ffe::1",
        "3fff:1000::1",
        "64:ff9b::8.8.8.8",
      })
  void letsGlobalUnicastPass(String address) {
    assertThat(GlobalAddress.otherKind(InetAddress.ofLiteral(address))).isEmpty();
    assertThat(GlobalAddress.isGlobal(InetAddress.ofLiteral(address))).isTrue();
  }

  @Test
  void judgesAnIpv4MappedAddressByTheAddressInside() {
    byte[] mapped = new byte[16];
    mapped[10] = (byte) 0xff;
    mapped[11] = (byte) 0xff;
    mapped[12] = 10;
    assertThat(GlobalAddress.otherKind(mapped)).isEqualTo(Optional.of("IPv4-mapped private"));
    mapped[12] = 8;
    assertThat(GlobalAddress.otherKind(mapped)).isEmpty();
    assertThat(GlobalAddress.otherKind(InetAddress.ofLiteral("::ffff:127.0.0.1")))
        .contains("loopback");
  }
}
