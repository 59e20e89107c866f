package dev.stygian.services.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How old a stored response is and how long it is fresh: RFC 9111, sections 4.2 and 4.3. */
class StoredHeadTest {
  private static final Instant NOON = Instant.parse("2026-08-01T12:00:00Z");
  private static final String DATE = "Date: Sat, 01 Aug 2026 12:00:00 GMT";

  /** Headers as they are written, with a bar between two. */
  private static Headers headers(String written) {
    Headers.Builder all = new Headers.Builder();
    for (String line : written.split("\\|", -1)) {
      if (!line.isBlank()) {
        all.add(line.strip());
      }
    }
    return all.build();
  }

  private static StoredHead head(int status, String response) {
    return StoredHead.of(status, headers(response), NOON, NOON, "selecting", "line");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "Cache-Control: max-age=60; 60",
        "Cache-Control: max-age=60, s-maxage=10; 10",
        "Cache-Control: s-maxage=10|Expires: Sat, 01 Aug 2026 13:00:00 GMT; 10",
        "Cache-Control: max-age=60|Expires: Sat, 01 Aug 2026 13:00:00 GMT; 60",
        "Expires: Sat, 01 Aug 2026 13:00:00 GMT; 3600",
        "Expires: Sat, 01 Aug 2026 11:00:00 GMT; 0",
        "Expires: 0; 0",
        "Expires: 0|Last-Modified: Sat, 01 Aug 2026 02:00:00 GMT; 0",
        "Last-Modified: Sat, 01 Aug 2026 02:00:00 GMT; 3600",
        "Last-Modified: Fri, 01 Aug 2025 12:00:00 GMT; 86400",
        "Last-Modified: Sun, 02 Aug 2026 12:00:00 GMT; 0",
        "Last-Modified: yesterday; 0",
        "ETag: \"1\"; 0"
      })
  void freshForAsLongAsTheSiteSaysOrAsItsAgeSuggests(String response, long seconds) {
    assertThat(head(200, DATE + "|" + response).lifetime()).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({"301,'',3600", "302,'',0", "302,Cache-Control: public,3600", "307,'',0"})
  void notForEveryStatusTheTimeIsGuessed(int status, String response, long seconds) {
    String modified = "|Last-Modified: Sat, 01 Aug 2026 02:00:00 GMT|";

    assertThat(head(status, DATE + modified + response).lifetime())
        .isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "; 12:00:00; 12:00:00; 0",
        "Age: 30; 12:00:00; 12:00:00; 30",
        "Age: 30; 12:00:00; 12:00:04; 34",
        "Age: soon; 12:00:00; 12:00:00; 0",
        "Age: -5; 12:00:00; 12:00:00; 0",
        "Date: Sat, 01 Aug 2026 11:59:00 GMT; 12:00:00; 12:00:00; 60",
        "Date: Sat, 01 Aug 2026 11:59:00 GMT|Age: 90; 12:00:00; 12:00:01; 91",
        "Date: Sat, 01 Aug 2026 12:10:00 GMT; 12:00:00; 12:00:02; 2"
      })
  void ageIsCorrectedForTheWay(String response, String sent, String received, long seconds) {
    StoredHead head =
        StoredHead.of(
            200,
            headers(response == null ? "" : response),
            Instant.parse("2026-08-01T" + sent + "Z"),
            Instant.parse("2026-08-01T" + received + "Z"),
            "",
            "");

    assertThat(head.initialAge()).isEqualTo(Duration.ofSeconds(seconds));
    assertThat(head.age(head.received().plusSeconds(7))).isEqualTo(Duration.ofSeconds(seconds + 7));
  }

  @Test
  void clockThatIsBehindMakesNothingYounger() {
    StoredHead head = head(200, DATE + "|Age: 30|Cache-Control: max-age=60");

    assertThat(head.age(NOON.minusSeconds(600))).isEqualTo(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "max-age=60; ; 59; true",
        "max-age=60; ; 60; false",
        "max-age=60, no-cache; ; 0; false",
        "max-age=60, must-revalidate; ; 59; true",
        "max-age=60; no-cache; 0; false",
        "max-age=60; max-age=10; 10; true",
        "max-age=60; max-age=10; 11; false",
        "max-age=60; max-age=0; 1; false",
        "max-age=60; min-fresh=20; 39; true",
        "max-age=60; min-fresh=20; 40; false",
        "max-age=60; max-stale=100; 61; false",
        "max-age=60, s-maxage=0; ; 0; false"
      })
  void bothSidesSayWhatIsFresh(String said, String wanted, long afterSeconds, boolean isFresh) {
    Headers request = headers(wanted == null ? "" : "Cache-Control: " + wanted);

    assertThat(head(200, "Cache-Control: " + said).isFresh(NOON.plusSeconds(afterSeconds), request))
        .isEqualTo(isFresh);
  }

  @Test
  void confirmationRenewsWhatItSays() {
    StoredHead head =
        head(200, "ETag: \"1\"|Cache-Control: max-age=60|Content-Type: text/html|X-A: 1|X-B: 1");

    StoredHead confirmed =
        head.confirmed(
            headers(
                "ETag: \"1\"|Cache-Control: max-age=10|Content-Type: text/plain|X-A: 2|X-A: 3"
                    + "|Age: 4|Set-Cookie: a=b|Connection: X-C|X-C: 1"),
            NOON.plusSeconds(100),
            NOON.plusSeconds(101));

    assertThat(confirmed.headers())
        .isEqualTo(
            headers(
                "Content-Type: text/html|X-B: 1|Cache-Control: max-age=10|ETag: \"1\"|X-A: 2"
                    + "|X-A: 3"));
    assertThat(confirmed.received()).isEqualTo(NOON.plusSeconds(101));
    assertThat(confirmed.initialAge()).isEqualTo(Duration.ofSeconds(5));
    assertThat(confirmed.line()).isEqualTo("line");
  }

  @ParameterizedTest
  @CsvSource({
    "ETag: \"1\",ETag: \"1\",true",
    "ETag: \"1\",ETag: W/\"1\",true",
    "ETag: W/\"1\",ETag: W/\"1\",true",
    "ETag: \"1\",ETag: \"2\",false",
    "ETag: \"1\",X: 1,true",
    "X: 1,ETag: \"1\",true"
  })
  void confirmationMayMeanAnotherResponse(String stored, String by, boolean isMeant) {
    assertThat(head(200, stored).isMeantBy(headers(by))).isEqualTo(isMeant);
  }

  @Test
  void siteIsAskedWithWhatItSaid() {
    String modified = "Sat, 01 Aug 2026 02:00:00 GMT";

    assertThat(head(200, "ETag: W/\"1\"|Last-Modified: " + modified).conditions())
        .isEqualTo(headers("If-None-Match: W/\"1\"|If-Modified-Since: " + modified));
    assertThat(head(200, "Last-Modified: once").hasValidator()).isFalse();
    assertThat(head(200, "Last-Modified: once|ETag: \"1\"").conditions())
        .isEqualTo(headers("If-None-Match: \"1\""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ETag: \"1\"; 3600",
        "ETag: \"1\"|Cache-Control: no-cache; 3600",
        "Cache-Control: max-age=60; 60",
        "Cache-Control: max-age=9999; 3600",
        "Cache-Control: max-age=60|Age: 20; 40",
        "Cache-Control: max-age=60|Age: 60; 0",
        "Cache-Control: max-age=60, no-cache; 0",
        "Expires: 0; 0"
      })
  void storedForAsLongAsItCanBeUsed(String response, long seconds) {
    assertThat(head(200, response).worth(NOON, Duration.ofHours(1)))
        .isEqualTo(seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "200; ; true",
        "200; Cache-Control: no-cache; true",
        "200; Cache-Control: no-store; false",
        "200; Cache-Control: private; false",
        "200; Cache-Control: private=\"set-cookie\"; false",
        "200; Cache-Control: max-age=60|Vary: *; false",
        "200; Cache-Control: max-age=60|Vary: Accept; true",
        "302; ; false",
        "302; Cache-Control: max-age=60; true",
        "302; Expires: Sat, 01 Aug 2026 13:00:00 GMT; true",
        "301; ; true",
        "206; Cache-Control: max-age=60; false",
        "200; Content-Range: bytes 0-1/9; false",
        "404; ; true",
        "500; Cache-Control: max-age=60; false",
        "503; Cache-Control: max-age=60; false"
      })
  void notEveryResponseMayBeStored(int status, String response, boolean mayStore) {
    Headers headers = headers(response == null ? "" : response);

    assertThat(Storing.mayStore(headers(""), false, status, headers)).isEqualTo(mayStore);
  }

  @Test
  void requestMayForbidStoring() {
    assertThat(Storing.mayStore(headers("Cache-Control: no-store"), false, 200, headers("")))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "max-age=60; false",
        "public; true",
        "must-revalidate; true",
        "s-maxage=0; true",
        "proxy-revalidate; false",
        "public, no-store; false"
      })
  void responseToCredentialsIsStoredWhereItIsForAll(String said, boolean mayStore) {
    assertThat(Storing.mayStore(headers(""), true, 200, headers("Cache-Control: " + said)))
        .isEqualTo(mayStore);
  }

  @Test
  void storedAndReadAgainItIsTheSame() {
    StoredResponse response =
        new StoredResponse(
            head(203, DATE + "|Age: 3|X-A: 1|X-A: 2|ETag: W/\"1\""),
            "word ".repeat(999).getBytes(UTF_8));
    byte[] stored = response.bytes().orElseThrow();

    StoredResponse read = StoredResponse.of(stored).orElseThrow();

    assertThat(read.head()).isEqualTo(response.head());
    assertThat(read.body()).isEqualTo(response.body());
    assertThat(StoredResponse.headOf(stored)).hasValue(response.head());
    byte[] start = Arrays.copyOf(stored, stored.length - 5);
    assertThat(StoredResponse.headOf(start)).hasValue(response.head());
    assertThat(StoredResponse.of(start)).isEmpty();
  }

  @Test
  void headThatWouldNotBeReadInOneIsNotStored() {
    String large = "X-A: " + "x".repeat(StoredResponse.MAX_HEAD_BYTES);

    assertThat(new StoredResponse(head(200, large), new byte[0]).bytes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{}",
        "{\"status\": 200}",
        "{\"status\": 200, \"headers\": [[\"no name\", \"x\"]], \"received\": 1, \"age\": 0,"
            + " \"selecting\": \"\", \"line\": \"\", \"body\": 0}",
        "no JSON"
      })
  void whatWasNotStoredHereIsNotRead(String json) {
    byte[] head = json.getBytes(UTF_8);
    byte[] stored =
        ByteBuffer.allocate(6 + head.length)
            .put((byte) 1)
            .putInt(head.length)
            .put(head)
            .put((byte) 'j')
            .array();

    assertThat(StoredResponse.of(stored)).isEmpty();
    assertThat(StoredResponse.headOf(stored)).isEmpty();
  }
}
