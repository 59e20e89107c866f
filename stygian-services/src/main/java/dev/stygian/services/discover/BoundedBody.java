package dev.stygian.services.discover;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * A stream that ends where it breaks off or grows too long, and says so, so that its reader needs
 * one way to end only. Two bounds: for all of it, and for what is read between two {@link #step
 * steps} of the reader, since an XML parser holds a whole comment or attribute in memory. For one
 * thread.
 */
final class BoundedBody extends InputStream {
  private final InputStream in;
  private final long maxBytes;
  private final long maxStepBytes;
  private long bytes;
  private long stepStart;
  private boolean isTooLong;
  private Optional<String> fault = Optional.empty();

  BoundedBody(InputStream in, long maxBytes, long maxStepBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
    this.maxStepBytes = maxStepBytes;
  }

  /** Why there is no more; empty at the real end and before. */
  Optional<String> fault() {
    return fault;
  }

  /** Whether that is because it is longer than one of the bounds. */
  boolean isTooLong() {
    return isTooLong;
  }

  /** The reader got on by a step. */
  void step() {
    stepStart = bytes;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    if (fault.isPresent()) {
      return -1;
    }
    try {
      int count = in.read(buffer, offset, length);
      bytes += Math.max(count, 0);
      if (bytes > maxBytes) {
        fault = Optional.of("it is longer than " + maxBytes + " bytes, unpacked");
      } else if (bytes - stepStart > maxStepBytes) {
        fault = Optional.of("one piece of it is longer than " + maxStepBytes + " bytes");
      }
      isTooLong = fault.isPresent();
      return fault.isPresent() ? -1 : count;
    } catch (IOException e) {
      fault = Optional.of("it breaks off: " + e.getMessage());
      return -1;
    }
  }
}
