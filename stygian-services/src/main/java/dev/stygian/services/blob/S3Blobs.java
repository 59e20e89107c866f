package dev.stygian.services.blob;

import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.item.BlobName;
import dev.stygian.graph.item.BlobStore;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Blobs as objects of a bucket, on S3 or a server that speaks its protocol. What is transient (a
 * lost connection, 500, 503, a request to slow down) is tried again for a short time; what lasts
 * longer is the caller's to try again.
 */
public final class S3Blobs implements BlobStore {
  private static final Pattern LOCATION =
      Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9._/-]*))?");
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration SILENCE = Duration.ofSeconds(20);
  private static final Duration ALL_TRIES = Duration.ofSeconds(60);

  private static final int NOT_FOUND = 404;
  private static final int MOST_LISTED = 1000;

  private final S3Client client;
  private final String bucket;
  private final String prefix;
  private final String place;

  private S3Blobs(S3Client client, String bucket, String prefix) {
    this.client = client;
    this.bucket = bucket;
    this.prefix = prefix.isEmpty() ? "" : prefix + "/";
    this.place = "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
  }

  /**
   * Opens a store; nothing is sent yet.
   *
   * @param location {@code s3://BUCKET} or {@code s3://BUCKET/PREFIX}
   * @param environment where the usual variables are read: {@code AWS_ENDPOINT_URL} and so on
   * @throws SettingInvalidException where the location or a variable is wrong
   */
  public static S3Blobs open(String location, Environment environment) {
    Matcher parts = LOCATION.matcher(location);
    if (!parts.matches()) {
      throw new SettingInvalidException(
          "\""
              + location.replaceAll("//[^/]*@", "//***@")
              + "\" names no bucket; write s3://BUCKET or s3://BUCKET/PREFIX");
    }
    String prefix =
        Optional.ofNullable(parts.group(2))
            .orElse("")
            .replaceAll("/+", "/")
            .replaceAll("^/|/$", "");
    return new S3Blobs(client(S3Access.of(environment)), parts.group(1), prefix);
  }

  private static S3Client client(S3Access access) {
    UrlConnectionHttpClient.Builder http =
        UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE);
    try {
      return access
          .applyTo(S3Client.builder())
          .httpClientBuilder(http)
          // servers that only speak like S3 know no other checksums than those of signatures
          .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
          .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
          .overrideConfiguration(settings -> settings.apiCallTimeout(ALL_TRIES))
          .build();
    } catch (SdkException e) {
      throw new SettingInvalidException(
          "no client of S3 can be made: "
              + e.getMessage()
              + "; set AWS_REGION, or AWS_ENDPOINT_URL for another server than Amazon's",
          e);
    }
  }

  @Override
  public void put(BlobName name, byte[] bytes) {
    asked("written", () -> putOrSayWhyNot(prefix + name.path(), bytes));
  }

  /**
   * A server may refuse and hang up before it has read the body, and the client then knows no more
   * than that. Asked for something without a body, the server says why.
   */
  private PutObjectResponse putOrSayWhyNot(String key, byte[] bytes) {
    try {
      return client.putObject(put -> put.bucket(bucket).key(key), RequestBody.fromBytes(bytes));
    } catch (AbortedException e) {
      throw e;
    } catch (SdkClientException e) {
      try {
        client.listObjectsV2(list -> list.bucket(bucket).prefix(key).maxKeys(1));
      } catch (S3Exception reason) {
        reason.addSuppressed(e);
        throw reason;
      } catch (SdkException alsoUnanswered) {
        e.addSuppressed(alsoUnanswered);
      }
      throw e;
    }
  }

  @Override
  public Optional<byte[]> get(BlobName name) {
    return asked(
        "read",
        () -> {
          try {
            return Optional.of(
                client
                    .getObjectAsBytes(get -> get.bucket(bucket).key(prefix + name.path()))
                    .asByteArrayUnsafe());
          } catch (NoSuchKeyException _) {
            return Optional.empty();
          }
        });
  }

  @Override
  public List<String> runs(String queue, String after, int most) {
    String folder = prefix + BlobName.requireFolder(queue) + "/";
    return asked(
        "listed",
        () ->
            client
                .listObjectsV2(list -> {
                  list.bucket(bucket)
                      .prefix(folder)
                      .delimiter("/")
                      .maxKeys(Math.min(most, MOST_LISTED));
                  if (!after.isEmpty()) {
                    list.startAfter(folder + after + "0"); // which follows the slash: behind it all
                  }
                })
                .commonPrefixes()
                .stream()
                .map(found -> found.prefix().substring(folder.length()).replace("/", ""))
                .filter(run -> run.compareTo(after) > 0)
                .toList());
  }

  @Override
  public int delete(String queue, String run, Instant before, int most) {
    String folder =
        prefix + BlobName.requireFolder(queue) + "/" + BlobName.requireFolder(run) + "/";
    return asked("deleted", () -> deleteIn(folder, before, most));
  }

  private int deleteIn(String folder, Instant before, int most) {
    int deleted = 0;
    String token = "";
    do {
      String from = token;
      ListObjectsV2Response page =
          client.listObjectsV2(list -> {
            list.bucket(bucket).prefix(folder).maxKeys(MOST_LISTED);
            if (!from.isEmpty()) {
              list.continuationToken(from);
            }
          });
      for (S3Object object : page.contents()) {
        if (deleted == most) {
          return deleted;
        }
        if (object.lastModified().isBefore(before)) {
          client.deleteObject(delete -> delete.bucket(bucket).key(object.key()));
          deleted++;
        }
      }
      token =
          Boolean.TRUE.equals(page.isTruncated())
              ? Optional.ofNullable(page.nextContinuationToken()).orElse("")
              : "";
    } while (!token.isEmpty());
    return deleted;
  }

  @Override
  public boolean delete(BlobName name, Instant before) {
    // the store tells whole seconds, so one put within that of the moment may be younger
    Instant second = before.truncatedTo(ChronoUnit.SECONDS);
    return asked("deleted", () -> deleteIfOlder(prefix + name.path(), second));
  }

  /**
   * Looks first, since deleting has no condition on age. Many in one call would need a checksum
   * that not all servers know.
   */
  private boolean deleteIfOlder(String key, Instant before) {
    try {
      if (!client
          .headObject(head -> head.bucket(bucket).key(key))
          .lastModified()
          .isBefore(before)) {
        return false;
      }
    } catch (NoSuchKeyException _) {
      return false;
    }
    client.deleteObject(delete -> delete.bucket(bucket).key(key));
    return true;
  }

  private <T> T asked(String what, Supplier<T> question) {
    try {
      return question.get();
    } catch (AbortedException e) {
      Thread.currentThread().interrupt();
      throw failed(what, "interrupted", "ask again", e);
    } catch (S3Exception e) {
      AwsErrorDetails details = e.awsErrorDetails();
      String code =
          details == null || details.errorCode() == null ? "an error" : details.errorCode();
      throw failed(what, "it answered " + e.statusCode() + " " + code, remedy(e, code), e);
    } catch (SdkException e) {
      throw failed(
          what,
          String.valueOf(e.getMessage()),
          "see to it that it is up and reachable from here, and look at AWS_ENDPOINT_URL,"
              + " AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
          e);
    }
  }

  private static String remedy(S3Exception e, String code) {
    if (e.statusCode() == NOT_FOUND) {
      return "make the bucket, or correct its name or AWS_ENDPOINT_URL";
    }
    return switch (code) {
      case "InvalidAccessKeyId", "SignatureDoesNotMatch" ->
          "correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
      case "AccessDenied" ->
          "give these credentials the rights s3:PutObject, s3:GetObject, s3:DeleteObject and"
              + " s3:ListBucket there";
      case "PermanentRedirect", "AuthorizationHeaderMalformed" -> "correct AWS_REGION";
      default -> "look at the server; what failed is tried again";
    };
  }

  private BlobUnavailableException failed(
      String what, String reason, String remedy, SdkException cause) {
    return new BlobUnavailableException(
        "blobs in " + place + " cannot be " + what + ": " + reason + "; " + remedy, cause);
  }

  @Override
  public String place() {
    return place;
  }

  @Override
  public void close() {
    client.close();
  }
}
