package dev.stygian.graph.settings;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 (FIPS 180-4), which every Java platform has. Thread-safe. */
public final class Sha256 {
  private static final MessageDigest FIRST = first();

  /** One per thread: who makes digests makes many. */
  private static final ThreadLocal<MessageDigest> DIGESTS =
      ThreadLocal.withInitial(Sha256::newDigest);

  private Sha256() {}

  /** The 32 bytes of a text's digest. */
  public static byte[] of(byte[] text) {
    return DIGESTS.get().digest(text); // which resets it
  }

  /** A digest for a text that comes in parts. */
  public static MessageDigest newDigest() {
    try {
      return (MessageDigest) FIRST.clone(); // spares the search among the providers
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the SHA-256 of the platform can be copied", e);
    }
  }

  private static MessageDigest first() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
