package dev.stygian.bench.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A port that forwards to a server's, and can do so badly: cut connections, at once or in the
 * middle of what they carry, be late, or keep connections open and forward nothing. Thread-safe.
 */
final class FaultProxy implements AutoCloseable {
  private static final int BUFFER = 16 * 1024;
  private static final int CONNECT_MILLIS = 1_000;
  private static final int UNLIMITED = -1;

  /** Which way bytes go. */
  enum Direction {
    REQUESTS,
    REPLIES
  }

  private final ServerSocket listener;
  private final int targetPort;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition flows = lock.newCondition();
  private int stalls;
  private volatile long delayMillis;
  private volatile boolean closed;

  private FaultProxy(ServerSocket listener, int targetPort) {
    this.listener = listener;
    this.targetPort = targetPort;
  }

  /**
   * Starts one on a free loopback port.
   *
   * @param targetPort on the loopback address; nobody need listen there yet
   */
  static FaultProxy start(int targetPort) {
    try {
      FaultProxy proxy =
          new FaultProxy(new ServerSocket(0, 128, InetAddress.getLoopbackAddress()), targetPort);
      Thread.ofVirtual().name("chaos-proxy").start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on the loopback address", e);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  /**
   * Closes every connection.
   *
   * @return how many there were
   */
  int cut() {
    int count = 0;
    for (Link link : links) {
      link.close();
      count++;
    }
    return count;
  }

  /**
   * Lets each connection that is open carry so many more bytes in one direction, and closes it
   * then.
   *
   * @return how many there are
   */
  int cutAfter(Direction direction, int bytes) {
    int count = 0;
    for (Link link : links) {
      link.left(direction).set(bytes);
      count++;
    }
    return count;
  }

  /** From now on, what arrives is forwarded so much later; zero: at once. */
  void delay(Duration by) {
    delayMillis = by.toMillis();
  }

  /** Forwards nothing more, in either direction; connections stay open, and new ones are taken. */
  void stall() {
    addStalls(1);
  }

  /** Ends one stall; when none is left, forwards again, what has gathered first. */
  void flow() {
    addStalls(-1);
  }

  private void addStalls(int more) {
    lock.lock();
    try {
      stalls += more;
      flows.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
    } catch (IOException _) {
      // it takes no connections any more either way
    }
    cut();
    addStalls(0); // wakes those that wait, who see that it is closed
  }

  private void accept() {
    while (!closed) {
      Socket client;
      try {
        client = listener.accept();
      } catch (IOException _) {
        return; // closed
      }
      Thread.ofVirtual().name("chaos-link").start(() -> connect(client));
    }
  }

  private void connect(Socket client) {
    Socket server = new Socket();
    Link link = new Link(client, server);
    try {
      server.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort), CONNECT_MILLIS);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
    } catch (IOException _) {
      link.close(); // as the server itself would refuse
      return;
    }
    links.add(link);
    if (closed) {
      link.close();
    }
    Thread.ofVirtual()
        .name("chaos-requests")
        .start(() -> pump(link, client, server, link.left(Direction.REQUESTS)));
    pump(link, server, client, link.left(Direction.REPLIES));
  }

  private void pump(Link link, Socket from, Socket to, AtomicInteger left) {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        hold();
        int most = left.get();
        if (most != UNLIMITED && count >= most) {
          out.write(buffer, 0, most);
          return;
        }
        out.write(buffer, 0, count);
        if (most != UNLIMITED) {
          left.compareAndSet(most, most - count);
        }
      }
    } catch (IOException _) {
      // one of the two is gone, and so goes the other
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      link.close();
    }
  }

  /** As long as a chunk that has arrived must not go on. */
  private void hold() throws InterruptedException {
    long late = delayMillis;
    if (late > 0) {
      Thread.sleep(late);
    }
    lock.lock();
    try {
      while (stalls > 0 && !closed) {
        flows.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Two sockets that live and die together. */
  private final class Link {
    private final Socket client;
    private final Socket server;
    private final AtomicInteger requestsLeft = new AtomicInteger(UNLIMITED);
    private final AtomicInteger repliesLeft = new AtomicInteger(UNLIMITED);

    Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    AtomicInteger left(Direction direction) {
      return switch (direction) {
        case REQUESTS -> requestsLeft;
        case REPLIES -> repliesLeft;
      };
    }

    void close() {
      links.remove(this);
      for (Socket socket : new Socket[] {client, server}) {
        try {
          socket.close();
        } catch (IOException _) {
          // it is of no more use either way
        }
      }
    }
  }
}
