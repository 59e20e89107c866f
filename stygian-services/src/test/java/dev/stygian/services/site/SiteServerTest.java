package dev.stygian.services.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // the server is there before each test
class SiteServerTest {
  private final HttpClient client = HttpClient.newHttpClient();
  @TempDir private Path home;
  private Path folder;
  private SiteServer site;

  @BeforeEach
  void start() throws Exception {
    folder = Files.createDirectory(home.resolve("site"));
    Files.createDirectories(folder.resolve("books/empty"));
    Files.writeString(folder.resolve("index.html"), "<h1>start");
    Files.writeString(folder.resolve("books/index.html"), "<h1>books");
    Files.writeString(folder.resolve("books/ä b+c.html"), "<h1>umlaut");
    Files.createFile(folder.resolve("nothing.txt"));
    Files.writeString(home.resolve("secret.txt"), "secret");
    site = SiteServer.start(folder);
  }

  @AfterEach
  void stop() {
    site.close();
    client.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send("GET", path);
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(site.baseUrl() + path))
            .method(method, BodyPublishers.noBody())
            .build(),
        BodyHandlers.ofString());
  }

  /** A request as it stands: clients tidy paths up. */
  private String sendRaw(String target) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), site.baseUrl().getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void isAtALoopbackAddressWithASlashAtTheEnd() {
    assertThat(site.baseUrl().toString()).matches("http://127\\.0\\.0\\.1:\\d+/");
  }

  @ParameterizedTest
  @CsvSource({
    "'', <h1>start",
    "index.html, <h1>start",
    "?a=b, <h1>start",
    "books/, <h1>books",
    "books/index.html, <h1>books",
    "books/%C3%A4%20b+c.html, <h1>umlaut",
    "nothing.txt, ''",
  })
  void servesFilesAndTheIndexOfFolders(String path, String body) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(200);
    assertThat(get(path).body()).isEqualTo(body);
  }

  @ParameterizedTest
  @CsvSource({
    "a.html, text/html",
    "A.HTM, text/html",
    "a.json, application/json",
    "a.xml, application/xml",
    "a.css, text/css",
    "a.png, image/png",
    "a.tar.gz, application/octet-stream",
    "a, application/octet-stream",
  })
  void declaresTheTypeOfAFileByItsName(String name, String type) throws Exception {
    Files.writeString(folder.resolve(name), "x");

    assertThat(get(name).headers().firstValue("Content-Type")).contains(type);
  }

  @Test
  void leadsToTheSlashAtTheEndOfAFolder() throws Exception {
    assertThat(get("books?a=b").statusCode()).isEqualTo(301);
    assertThat(get("books?a=b").headers().firstValue("Location")).contains("/books/?a=b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing.html", "books/empty/", "index.html/", "books/%00"})
  void answers404WhereThereIsNothing(String path) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(404);
    assertThat(get(path).body()).startsWith("404");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../secret.txt",
        "/books/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/books/%2e%2e%2f%2e%2e%2fsecret.txt",
        "//../secret.txt",
        "/..\\secret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
      })
  void servesNothingOutsideTheFolder(String target) throws Exception {
    assertThat(sendRaw(target)).doesNotContain("200 OK").doesNotContain("\r\n\r\nsecret");
  }

  @Test
  void followsASymbolicLinkWithinTheFolderOnly() throws Exception {
    Files.createSymbolicLink(folder.resolve("in.html"), Path.of("index.html"));
    Files.createSymbolicLink(folder.resolve("out.txt"), home.resolve("secret.txt"));
    Files.createSymbolicLink(folder.resolve("up"), home);
    Files.createDirectory(folder.resolve("trap"));
    Files.createSymbolicLink(folder.resolve("trap/index.html"), home.resolve("secret.txt"));

    assertThat(get("in.html").body()).isEqualTo("<h1>start");
    assertThat(get("out.txt").statusCode()).isEqualTo(404);
    assertThat(get("up/secret.txt").statusCode()).isEqualTo(404);
    assertThat(get("up").statusCode()).isEqualTo(404);
    assertThat(get("trap/").statusCode()).isEqualTo(404);
  }

  @Test
  void answersAHeadRequestWithTheLengthAndNoBody() throws Exception {
    HttpResponse<String> head = send("HEAD", "index.html");

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("Content-Length")).contains("9");
    assertThat(head.body()).isEmpty();
    assertThat(send("HEAD", "missing").statusCode()).isEqualTo(404);
  }

  @Test
  void refusesToBeWrittenTo() throws Exception {
    HttpResponse<String> answer = send("POST", "index.html");

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void servesManyAtOnce() throws Exception {
    byte[] big = new byte[300_000];
    Files.write(folder.resolve("big.bin"), big);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        calls.add(() -> get("big.bin").body().length());
      }
      for (var answer : threads.invokeAll(calls)) {
        assertThat(answer.get()).isEqualTo(big.length);
      }
    }
  }

  @Test
  void isGoneWhenClosed() throws Exception {
    get("");
    site.close();

    assertThatThrownBy(() -> get("")).isInstanceOf(ConnectException.class);
  }

  @Test
  void refusesToServeWhatIsNoFolder() {
    assertThatThrownBy(() -> SiteServer.start(folder.resolve("index.html")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is no folder; name one that holds the pages");
    assertThatThrownBy(() -> SiteServer.start(folder.resolve("absent")))
        .isInstanceOf(IOException.class);
  }
}
