package dev.stygian.services.http;

import dev.stygian.graph.service.EgressRule;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import javax.net.SocketFactory;

/**
 * Sockets that keep to an egress rule. The check sits in {@code connect}, on the very address that
 * is dialled: names that resolve differently the second time, literals that need no resolution and
 * redirects cannot get around it. What is written to them is timed, see {@link
 * Departure#hasWritten}.
 */
final class GuardedSockets extends SocketFactory {
  private final EgressRule rule;

  GuardedSockets(EgressRule rule) {
    this.rule = rule;
  }

  /** Refuses an address that may not be dialled; {@code host} is what it was resolved from. */
  static void check(EgressRule rule, String host, InetAddress address, int port)
      throws AddressRefusedException {
    if (rule.allowPrivate() || rule.allowed().contains(hostAndPort(host, port))) {
      return;
    }
    Optional<String> kind = GlobalAddress.otherKind(address);
    if (kind.isPresent()) {
      throw new AddressRefusedException(host, address.getHostAddress(), port, kind.get());
    }
  }

  private static String hostAndPort(String host, int port) {
    String name = host.toLowerCase(Locale.ROOT);
    return (name.indexOf(':') < 0 ? name : "[" + name + "]") + ":" + port;
  }

  @Override
  public Socket createSocket() {
    return new GuardedSocket(rule);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    throw new UnsupportedOperationException("a local address cannot be chosen");
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
    throw new UnsupportedOperationException("a local address cannot be chosen");
  }

  private Socket connected(InetSocketAddress address) throws IOException {
    Socket socket = createSocket();
    try {
      socket.connect(address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static final class GuardedSocket extends Socket {
    private final EgressRule rule;

    /** Without a proxy from system properties: that would dial an address nobody checked. */
    GuardedSocket(EgressRule rule) {
      super(Proxy.NO_PROXY);
      this.rule = rule;
    }

    @Override
    public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
      if (!(endpoint instanceof InetSocketAddress target)) {
        throw new IOException("only internet addresses can be dialled, not " + endpoint);
      }
      InetAddress address = target.getAddress();
      if (address == null) {
        throw new UnknownHostException(target.getHostString());
      }
      check(rule, target.getHostString(), address, target.getPort());
      super.connect(endpoint, timeoutMillis);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new TimedStream(super.getOutputStream());
    }
  }

  /** Tells the request that is written when it was. */
  private static final class TimedStream extends FilterOutputStream {
    TimedStream(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int one) throws IOException {
      out.write(one);
      Departure.hasWritten();
    }

    @Override
    public void write(byte[] all, int from, int length) throws IOException {
      out.write(all, from, length);
      Departure.hasWritten();
    }
  }
}
