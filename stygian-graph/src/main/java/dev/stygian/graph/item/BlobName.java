package dev.stygian.graph.item;

import dev.stygian.graph.error.PayloadException;
import java.util.regex.Pattern;

/**
 * Names a blob by what it holds, within the one run that it belongs to: so equal bodies of a run
 * share one blob, and a blob's life is that of its run.
 *
 * @param queue tells the run's queue from every other one that uses the same store
 * @param run the run's folder
 * @param digest SHA-256 of the bytes, 64 hexadecimal digits
 */
public record BlobName(String queue, String run, String digest) {
  private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /** Checks every part: names come from a server, and become paths. */
  public BlobName {
    requireFolder(queue);
    requireFolder(run);
    if (!DIGEST.matcher(digest).matches()) {
      throw new PayloadException("\"" + digest + "\" is no digest of a blob");
    }
  }

  /**
   * Refuses what cannot be a folder's name in every store.
   *
   * @return the name
   */
  public static String requireFolder(String name) {
    if (!FOLDER.matcher(name).matches()) {
      throw new PayloadException("\"" + name + "\" is no folder of blobs");
    }
    return name;
  }

  /** Reads what {@link #path} gave. */
  static BlobName parse(String path) {
    String[] parts = path.split("/", -1);
    if (parts.length != 4) {
      throw new PayloadException("\"" + path + "\" names no blob");
    }
    BlobName name = new BlobName(parts[0], parts[1], parts[3]);
    if (!name.path().equals(path)) {
      throw new PayloadException("\"" + path + "\" names no blob");
    }
    return name;
  }

  /** Where it lies in a store: so many folders that none holds too many. */
  public String path() {
    return queue + "/" + run + "/" + digest.substring(0, 2) + "/" + digest;
  }

  @Override
  public String toString() {
    return path();
  }
}
