package dev.stygian.services.blob;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.settings.Environment;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Where an S3 server is and as whom it is asked, from the variables that all of its tools read.
 * What they leave open the client looks for where it always does: profiles, containers, instances.
 *
 * @param endpoint a server other than Amazon's; its buckets are named in paths
 */
record S3Access(
    Optional<URI> endpoint, Optional<String> region, Optional<AwsCredentialsProvider> credentials) {
  private static final Region ANY = Region.US_EAST_1;

  static S3Access of(Environment environment) {
    return new S3Access(
        first(environment, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL").map(S3Access::endpoint),
        first(environment, "AWS_REGION", "AWS_DEFAULT_REGION"),
        credentials(environment));
  }

  private static Optional<String> first(Environment environment, String... names) {
    return Stream.of(names)
        .flatMap(name -> environment.value(name).stream())
        .map(String::strip)
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  private static URI endpoint(String url) {
    try {
      URI endpoint = new URI(url);
      if (url.matches("https?://.*") && endpoint.getHost() != null) {
        if (endpoint.getUserInfo() == null) {
          return endpoint;
        }
        throw new SettingInvalidException(
            "AWS_ENDPOINT_URL holds a user or a password; they belong into AWS_ACCESS_KEY_ID and"
                + " AWS_SECRET_ACCESS_KEY");
      }
    } catch (URISyntaxException _) { // its text may hold a password
      // said below
    }
    throw new SettingInvalidException("AWS_ENDPOINT_URL is no URL; write https://HOST:PORT");
  }

  private static Optional<AwsCredentialsProvider> credentials(Environment environment) {
    Optional<String> id = first(environment, "AWS_ACCESS_KEY_ID");
    Optional<String> secret = first(environment, "AWS_SECRET_ACCESS_KEY");
    if (id.isPresent() != secret.isPresent()) {
      throw new SettingInvalidException(
          "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together; only "
              + (id.isPresent() ? "the first" : "the second")
              + " is set");
    }
    if (id.isEmpty() || secret.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        StaticCredentialsProvider.create(
            first(environment, "AWS_SESSION_TOKEN")
                .<software.amazon.awssdk.auth.credentials.AwsCredentials>map(
                    token -> AwsSessionCredentials.create(id.get(), secret.get(), token))
                .orElseGet(() -> AwsBasicCredentials.create(id.get(), secret.get()))));
  }

  S3ClientBuilder applyTo(S3ClientBuilder client) {
    endpoint.ifPresent(url -> client.endpointOverride(url).forcePathStyle(true));
    region.map(Region::of).or(() -> endpoint.map(_ -> ANY)).ifPresent(client::region);
    credentials.ifPresent(client::credentialsProvider);
    return client;
  }

  /** Without what is secret. */
  @Override
  public String toString() {
    return "S3Access[" + endpoint + ", " + region + "]";
  }
}
