package dev.stygian.services.ai;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import dev.stygian.graph.service.EgressRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import okio.BufferedSource;

/**
 * The one HTTP client under all calls to the Messages API: HTTP/2, one pool, no retry of its own
 * (every attempt is one that the engine counts), no redirect, a bound on time and on the answer's
 * size. An interrupt of the caller cancels the request. Thread-safe.
 */
final class MessagesTransport implements AutoCloseable {
  private static final long MAX_ANSWER_BYTES = 16L << 20;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);
  private static final MediaType JSON = MediaType.get("application/json");

  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("ai-claude-", 0).factory());
  private final OkHttpClient client;

  MessagesTransport() {
    Dispatcher dispatcher = new Dispatcher(threads);
    dispatcher.setMaxRequests(Integer.MAX_VALUE); // the engine's workers are the bound
    dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
    client =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .connectTimeout(CONNECT_TIMEOUT)
            .readTimeout(Duration.ZERO) // the call's own timeout covers every phase
            .writeTimeout(Duration.ZERO)
            .followRedirects(false)
            .followSslRedirects(false)
            .build();
  }

  /**
   * A view of this transport for one call, in the form that LangChain4j takes.
   *
   * @param egress what may be dialled; empty where the operator gave the address
   */
  HttpClientBuilder forCall(Duration timeout, Optional<EgressRule> egress) {
    return new View(timeout, egress);
  }

  private SuccessfulHttpResponse send(
      HttpRequest asked, Duration timeout, Optional<EgressRule> egress) {
    Request.Builder request = new Request.Builder().url(asked.url());
    asked.headers().forEach((name, values) -> values.forEach(v -> request.addHeader(name, v)));
    request.header("user-agent", "stygian-graph").post(new OneShot(asked.body()));
    Request ready = request.build();
    try {
      Call call = dialling(ready.url(), egress).newCall(ready);
      call.timeout().timeout(timeout.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
      return await(call);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private OkHttpClient dialling(HttpUrl url, Optional<EgressRule> egress) throws IOException {
    if (egress.isEmpty()
        || egress.get().allowPrivate()
        || egress.get().allowed().contains(url.host() + ":" + url.port())) {
      return client;
    }
    Dns guarded = new PublicAddresses();
    guarded.lookup(url.host()); // OkHttp asks no Dns for a literal address
    return client.newBuilder().dns(guarded).build();
  }

  private static SuccessfulHttpResponse await(Call call) throws IOException {
    CompletableFuture<SuccessfulHttpResponse> answer = new CompletableFuture<>();
    call.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call failed, IOException e) {
            answer.completeExceptionally(e);
          }

          @Override
          public void onResponse(Call done, Response response) {
            try (response) {
              answer.complete(read(response));
            } catch (IOException | RuntimeException e) {
              answer.completeExceptionally(e);
            }
          }
        });
    try {
      return answer.get();
    } catch (InterruptedException e) {
      call.cancel();
      throw new CallInterruptedException(e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case ApiErrorException refused -> throw refused;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  private static SuccessfulHttpResponse read(Response response) throws IOException {
    BufferedSource source = response.body().source();
    if (source.request(MAX_ANSWER_BYTES + 1)) {
      throw new IOException("the answer is longer than " + (MAX_ANSWER_BYTES >> 20) + " MB");
    }
    String body = source.readUtf8();
    if (!response.isSuccessful()) {
      throw new ApiErrorException(response.code(), body, retryAfter(response));
    }
    return SuccessfulHttpResponse.builder()
        .statusCode(response.code())
        .headers(response.headers().toMultimap())
        .body(body)
        .build();
  }

  private static Optional<Duration> retryAfter(Response response) {
    String value = response.header("retry-after", "");
    return value != null && value.matches("[0-9]{1,6}")
        ? Optional.of(Duration.ofSeconds(Long.parseLong(value)))
        : Optional.empty();
  }

  @Override
  public void close() {
    client.dispatcher().cancelAll();
    client.connectionPool().evictAll();
    threads.shutdownNow();
  }

  /** The body is sent at most once: a call that may have reached the API is never repeated here. */
  private static final class OneShot extends RequestBody {
    private final byte[] body;

    OneShot(String text) {
      body = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    @Override
    public MediaType contentType() {
      return JSON;
    }

    @Override
    public long contentLength() {
      return body.length;
    }

    @Override
    public boolean isOneShot() {
      return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.write(body);
    }
  }

  private final class View implements HttpClientBuilder, HttpClient {
    private final Duration timeout;
    private final Optional<EgressRule> egress;

    View(Duration timeout, Optional<EgressRule> egress) {
      this.timeout = timeout;
      this.egress = egress;
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
      return send(request, timeout, egress);
    }

    @Override
    public void execute(
        HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
      throw new UnsupportedOperationException("ai_claude does not stream");
    }

    @Override
    public Duration connectTimeout() {
      return CONNECT_TIMEOUT;
    }

    @Override
    public HttpClientBuilder connectTimeout(Duration ignored) {
      return this;
    }

    @Override
    public Duration readTimeout() {
      return timeout;
    }

    @Override
    public HttpClientBuilder readTimeout(Duration ignored) {
      return this;
    }

    @Override
    public HttpClient build() {
      return this;
    }
  }
}
