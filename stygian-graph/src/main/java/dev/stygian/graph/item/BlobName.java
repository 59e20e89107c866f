package dev.stygian.graph.item;

import dev.stygian.graph.error.PayloadException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names a blob by what it holds and whom it belongs to, within its run. So an owner that puts the
 * same body again puts the same blob, and equal bodies of two owners are two blobs, each of which
 * may go when its owner has no more use for it.
 *
 * @param queue tells the run's queue from every other one that uses the same store
 * @param run the run's folder
 * @param digest SHA-256 of the bytes, 64 hexadecimal digits
 * @param owner what alone refers to it, 16 hexadecimal digits; empty where there may be several,
 *     and it goes with its run
 */
public record BlobName(String queue, String run, String digest, Optional<String> owner) {
  private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern OWNER = Pattern.compile("[0-9a-f]{16}");

  /** Checks every part: names come from a server, and become paths. */
  public BlobName {
    requireFolder(queue);
    requireFolder(run);
    if (!DIGEST.matcher(digest).matches()) {
      throw new PayloadException("\"" + digest + "\" is no digest of a blob");
    }
    if (owner.isPresent() && !OWNER.matcher(owner.get()).matches()) {
      throw new PayloadException("\"" + owner.get() + "\" is no owner of a blob");
    }
  }

  /** A blob that several may refer to. */
  public BlobName(String queue, String run, String digest) {
    this(queue, run, digest, Optional.empty());
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
    String[] own = parts[3].split("-", 2);
    BlobName name =
        own.length == 1
            ? new BlobName(parts[0], parts[1], own[0])
            : new BlobName(parts[0], parts[1], own[0], Optional.of(own[1]));
    if (!name.path().equals(path)) {
      throw new PayloadException("\"" + path + "\" names no blob");
    }
    return name;
  }

  /** Where it lies in a store: so many folders that none holds too many. */
  public String path() {
    String own = owner.map(of -> "-" + of).orElse("");
    return queue + "/" + run + "/" + digest.substring(0, 2) + "/" + digest + own;
  }

  @Override
  public String toString() {
    return path();
  }
}
