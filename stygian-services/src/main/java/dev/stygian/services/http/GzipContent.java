package dev.stygian.services.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * What is packed in a gzip file. The JDK's stream calls itself for each member in which nothing is,
 * so a file of many of these would end the thread's stack; here it ends as one that is broken.
 */
public final class GzipContent extends GZIPInputStream {
  private static final int MOST_EMPTY = 500;
  private int calls;

  /**
   * A stream that has read the file's first header.
   *
   * @throws IOException where it has none
   */
  public GzipContent(InputStream in, int bufferBytes) throws IOException {
    super(in, bufferBytes);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (calls > MOST_EMPTY) {
      throw new ZipException("more than " + MOST_EMPTY + " members in a row are empty");
    }
    calls++;
    try {
      return super.read(target, offset, length);
    } finally {
      calls--;
    }
  }
}
