package dev.stygian.services.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Ends after a number of bytes, and knows whether there would have been more. Closing it leaves the
 * source open: who owns the response decides whether to read on or to hang up.
 */
final class CappedStream extends FilterInputStream {
  private long left;
  private boolean exceeded;

  CappedStream(InputStream in, long maxBytes) {
    super(in);
    left = maxBytes;
  }

  /** Whether the source had more than the cap. */
  boolean isExceeded() {
    return exceeded;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      exceeded = exceeded || super.read() >= 0;
      return -1;
    }
    int n = super.read(target, offset, (int) Math.min(length, left));
    left -= Math.max(n, 0);
    return n;
  }

  @Override
  public long skip(long bytes) throws IOException {
    long skipped = super.skip(Math.min(bytes, left));
    left -= skipped;
    return skipped;
  }

  @Override
  public void close() {}

  @Override
  public boolean markSupported() {
    return false;
  }
}
