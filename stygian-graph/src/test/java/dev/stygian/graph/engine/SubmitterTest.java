package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.queue.LocalWorkQueue;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

final class SubmitterTest {
  private static final RunId RUN = new RunId("run");

  private final LocalWorkQueue queue = new LocalWorkQueue();

  @AfterEach
  void closeQueue() {
    queue.close();
  }

  @Test
  void itemsComeInOrderAndWhatWasReadMeanwhileGoesOutTogether() throws Exception {
    List<Integer> sizes = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    CountDownLatch readAhead = new CountDownLatch(1);
    ForwardingQueue slow =
        new ForwardingQueue(queue) {
          @Override
          public void enqueue(
              RunId run, String from, long position, List<Submission> batch, Duration patience)
              throws InterruptedException {
            readAhead.await();
            sizes.add(batch.size());
            batch.forEach(item -> ids.add(item.item()));
            super.enqueue(run, from, position, batch, patience);
          }
        };
    Iterator<JsonNode> inputs = urls(1_500, () -> readAhead.countDown());

    assertThat(open(slow).submitAll(inputs)).isEqualTo(1_500);

    assertThat(ids).isEqualTo(LongStream.range(0, 1_500).mapToObj(Long::toString).toList());
    assertThat(sizes).hasSizeBetween(3, 4).allMatch(size -> size <= ReadAhead.MOST);
    assertThat(queue.ledger().status(RUN).inputClosed()).isTrue();
  }

  @Test
  void anInputThatBreaksIsToldAfterWhatCameBeforeItWasSubmitted() throws Exception {
    Iterator<JsonNode> inputs =
        urls(
            700,
            () -> {
              throw new IllegalStateException("the disk is gone");
            });

    assertThatThrownBy(() -> open(queue).submitAll(inputs)).hasMessage("the disk is gone");

    RunStatus status = queue.ledger().status(RUN);
    assertThat(status.submitted()).isEqualTo(700);
    assertThat(status.inputClosed()).as("it can go on").isFalse();
    assertThat(open(queue).submitAll(urls(800, () -> {}))).isEqualTo(800);
  }

  private static Submitter open(dev.stygian.graph.queue.WorkQueue queue)
      throws InterruptedException {
    ServiceRegistry registry =
        ServiceRegistry.of(
            List.of(
                new ScriptedService(
                    "x", _ -> Outcome.success(JsonNodeFactory.instance.nullNode()))),
            Environment.of(Map.of()));
    return Submitter.open(
        queue,
        RUN,
        new PipelineParser(registry.schemas(), registry::canonical, registry::fansOut)
            .parse("[[nodes]]\nid = \"a\"\nservice = \"x\"\n", "t.toml", PipelineFormat.TOML),
        registry,
        false);
  }

  /** So many URLs, and then something that happens. */
  private static Iterator<JsonNode> urls(int count, Runnable atTheEnd) {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        if (next == count) {
          atTheEnd.run();
        }
        return next < count;
      }

      @Override
      public JsonNode next() {
        next++;
        return JsonNodeFactory.instance.stringNode("http://host/" + next);
      }
    };
  }
}
