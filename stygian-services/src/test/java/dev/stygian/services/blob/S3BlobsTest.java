package dev.stygian.services.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.item.BlobName;
import dev.stygian.graph.item.BlobStore;
import dev.stygian.graph.item.BlobStoreContract;
import dev.stygian.graph.settings.Environment;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class S3BlobsTest extends BlobStoreContract {
  private static final BlobName NAME = new BlobName("queue", "run", "0".repeat(64));

  private static S3Server server;

  @BeforeAll
  static void startServer() throws Exception {
    server = S3Server.start("pages");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  protected BlobStore newStore() {
    return open("s3://pages/" + UUID.randomUUID() + "/blobs/", Map.of());
  }

  private static BlobStore open(String location, Map<String, String> otherwise) {
    Map<String, String> environment = new HashMap<>(server.environment());
    environment.putAll(otherwise);
    return S3Blobs.open(location, Environment.of(environment));
  }

  @Test
  void aStoreWithoutAPrefixIsTheWholeBucket() {
    try (BlobStore store = open("s3://pages", Map.of())) {
      store.put(NAME, new byte[] {1});

      assertThat(store.place()).isEqualTo("s3://pages");
      assertThat(store.runs("queue", "", 10)).containsExactly("run");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          AWS_SECRET_ACCESS_KEY | wrong                 | it answered 403 SignatureDoesNotMatch; correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
          AWS_ACCESS_KEY_ID     | nobody                | it answered 403 InvalidAccessKeyId; correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
          AWS_ENDPOINT_URL      | http://127.0.0.1:1    | see to it that it is up and reachable from here, and look at AWS_ENDPOINT_URL
          """)
  void whatIsWrongIsSaidWithoutASecret(String variable, String value, String said) {
    try (BlobStore store = open("s3://pages/x", Map.of(variable, value))) {
      assertThatThrownBy(() -> store.put(NAME, new byte[1]))
          .isInstanceOf(BlobUnavailableException.class)
          .hasMessageStartingWith("blobs in s3://pages/x cannot be written: ")
          .hasMessageContaining(said)
          .message()
          .doesNotContain(S3Server.SECRET);
    }
  }

  @Test
  void aBucketThatIsNotThereIsNoMissingBlob() {
    try (BlobStore store = open("s3://nothing", Map.of())) {
      assertThatThrownBy(() -> store.get(NAME))
          .isInstanceOf(BlobUnavailableException.class)
          .hasMessage(
              "blobs in s3://nothing cannot be read: it answered 404 NoSuchBucket; make the bucket,"
                  + " or correct its name or AWS_ENDPOINT_URL");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"s3://", "s3:pages", "s3://Pages", "s3://user:word@pages", "s3://pages?x"})
  void aLocationThatNamesNoBucketIsRefused(String location) {
    assertThatThrownBy(() -> open(location, Map.of()))
        .isInstanceOf(SettingInvalidException.class)
        .hasMessageEndingWith(" names no bucket; write s3://BUCKET or s3://BUCKET/PREFIX");
  }

  @Test
  void anEndpointWithAPasswordIsRefusedWithoutSayingIt() {
    assertThatThrownBy(
            () -> open("s3://pages", Map.of("AWS_ENDPOINT_URL", "http://me:hidden@localhost:9")))
        .isInstanceOf(SettingInvalidException.class)
        .hasMessageContaining("AWS_SECRET_ACCESS_KEY")
        .message()
        .doesNotContain("hidden");
  }

  @Test
  void halfOfTheCredentialsIsNone() {
    assertThatThrownBy(() ->
            S3Blobs.open("s3://pages", Environment.of(Map.of("AWS_ACCESS_KEY_ID", "only this"))))
        .isInstanceOf(SettingInvalidException.class)
        .hasMessage(
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together; only the first is set");
  }
}
