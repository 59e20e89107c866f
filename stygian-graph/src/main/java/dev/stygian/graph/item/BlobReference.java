package dev.stygian.graph.item;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.settings.Sha256;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What travels in place of a body that lies in a blob store: its form, then three lines of text.
 *
 * @param bytes how many there are of it
 * @param place where it was put; each process reads from the store that it was told of
 */
record BlobReference(BlobName name, int bytes, String place) {
  private static final int LONGEST_PLACE = 200;

  BlobReference {
    place = place.length() > LONGEST_PLACE ? place.substring(0, LONGEST_PLACE) : place;
  }

  static BlobReference of(byte[] travelling) {
    String[] lines = new String(travelling, 1, travelling.length - 1, UTF_8).split("\n", 3);
    try {
      if (lines.length == 3) {
        return new BlobReference(BlobName.parse(lines[1]), Integer.parseInt(lines[0]), lines[2]);
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new PayloadException("a damaged reference to a blob");
  }

  byte[] travelling() {
    return ((char) Payload.IN_BLOB + "" + bytes + "\n" + name.path() + "\n" + place)
        .getBytes(UTF_8);
  }

  /**
   * The body.
   *
   * @throws BlobUnavailableException where it is not there as it was put
   */
  Payload read(BlobStore store) {
    Optional<byte[]> found = store.get(name);
    if (found.isEmpty()) {
      throw new BlobUnavailableException(
          this
              + " is not in "
              + store.place()
              + (store.place().equals(place)
                  ? ": it was deleted there; put it back from a copy, or submit the item again"
                  : ": it was put into "
                      + place
                      + "; let --blobs or STYGIAN_BLOBS name one place for all processes"));
    }
    byte[] body = found.get();
    if (body.length != bytes
        || !HexFormat.of().formatHex(Sha256.of(body)).equals(name.digest())
        || body[0] == Payload.IN_BLOB) {
      throw new BlobUnavailableException(
          this
              + " is damaged in "
              + store.place()
              + ": "
              + body.length
              + " bytes are there, and not those that were put; put it back from a copy, or submit"
              + " the item again");
    }
    return Payload.ofBytes(body);
  }

  BlobUnavailableException noStoreIsNamed() {
    return new BlobUnavailableException(
        this
            + " lies in "
            + place
            + ", and this process was told of no blob store; start it with --blobs "
            + place
            + ", or set STYGIAN_BLOBS");
  }

  @Override
  public String toString() {
    return "blob " + name + " of " + bytes + " bytes";
  }
}
