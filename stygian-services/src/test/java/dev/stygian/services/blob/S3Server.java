package dev.stygian.services.blob;

import java.net.URI;
import java.util.Map;
import org.gaul.s3proxy.AccessGrant;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/** A server of its own that speaks S3, checks every signature and keeps all in memory. */
public final class S3Server implements AutoCloseable {
  private static final String USER = "user-of-tests";
  static final String SECRET = "secret/of+tests";

  private final TransientNio2BlobStore kept = new TransientNio2BlobStore();
  private final S3Proxy server;

  private S3Server() {
    server =
        S3Proxy.builder()
            .blobStore(kept)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, USER, SECRET)
            .build();
  }

  /** Starts it with an empty bucket. */
  public static S3Server start(String bucket) throws Exception {
    S3Server started = new S3Server();
    started.server.setBlobStoreLocator(
        (user, _, _) -> USER.equals(user) ? new AccessGrant(SECRET, started.kept) : null);
    started.kept.createContainer(bucket);
    started.server.start();
    return started;
  }

  /** What a process must have in its environment. */
  public Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL",
        "http://127.0.0.1:" + server.getPort(),
        "AWS_ACCESS_KEY_ID",
        USER,
        "AWS_SECRET_ACCESS_KEY",
        SECRET);
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the server does not stop", e);
    }
  }
}
