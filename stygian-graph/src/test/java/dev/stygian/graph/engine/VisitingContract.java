package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.item.Spending;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.Hold;
import dev.stygian.graph.queue.HostCounts;
import dev.stygian.graph.queue.Receipt;
import dev.stygian.graph.queue.RobotsNote;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.HostVisit;
import dev.stygian.graph.service.HostVisit.Answer;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Tasks of services that visit hosts, on any queue. */
public abstract class VisitingContract extends OnQueue {
  private static final String ONE_AT_ONCE = "[politeness]\nconcurrency = 1\n";
  private static final String PACED = "[politeness]\ninterval = \"1h\"\n";
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final String VISIT = "[[nodes]]\nid = \"a\"\nservice = \"v\"\nmax_attempts = 1\n";

  private final AtomicInteger at = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  private static ServiceRegistry registry(ScriptedService... services) {
    return ServiceRegistry.of(List.of(services), Environment.of(Map.of()));
  }

  private static Outcome done(ServiceCall call) {
    return Outcome.success(
        JsonNodeFactory.instance.stringNode(call.fleet().lane().orElse("no lane")));
  }

  /** Counts how many are there at once. */
  private Outcome visit(ServiceCall call) {
    most.accumulateAndGet(at.incrementAndGet(), Math::max);
    String host = call.fleet().lane().orElseThrow();
    call.fleet()
        .visited(new HostVisit(host, System.nanoTime(), Duration.ZERO, 7, new Answer.Fine()));
    at.decrementAndGet();
    return done(call);
  }

  private RunStatus run(
      ServiceRegistry registry, String toml, CollectedResults lines, String... urls)
      throws InterruptedException {
    List<JsonNode> items =
        Stream.of(urls).<JsonNode>map(JsonNodeFactory.instance::stringNode).toList();
    return run(registry, "r", toml, items, lines, WorkerOptions.of(8), false);
  }

  private static List<String> outputs(CollectedResults lines) {
    return lines.results.stream().map(result -> result.output().decode().asString()).toList();
  }

  @Test
  void a_task_waits_in_its_hosts_lane() throws Exception {
    ScriptedService service = ScriptedService.visiting("v", this::visit);
    CollectedResults lines = new CollectedResults();
    String[] urls = IntStream.range(0, 40).mapToObj(i -> "http://h/" + i).toArray(String[]::new);

    RunStatus status = run(registry(service), ONE_AT_ONCE + VISIT, lines, urls);

    assertThat(status.done()).isEqualTo(40);
    assertThat(outputs(lines)).hasSize(40).containsOnly("h");
    assertThat(most).hasValue(1);
    HostCounts counts = queue.ledger().hosts(new RunId("r")).getFirst();
    assertThat(counts.requests()).isEqualTo(40);
    assertThat(counts.bytes()).isEqualTo(280);
    assertThat(counts.mostAtOnce()).isEqualTo(1);
  }

  @Test
  void what_nodes_did_counts_where_others_follow_them_in_memory() throws Exception {
    ScriptedService visiting =
        ScriptedService.visiting(
            "v",
            call -> {
              call.fleet().spent(new Spending(0, 0, 3, 0, 0));
              return visit(call);
            });
    ScriptedService computing = ScriptedService.computing("c", VisitingContract::done);

    run(
        registry(visiting, computing),
        VISIT
            + "[[nodes]]\nid = \"b\"\nservice = \"c\"\ndepends_on = [\"a\"]\n"
            + "[[nodes]]\nid = \"c\"\nservice = \"c\"\ndepends_on = [\"b\"]\n",
        new CollectedResults(),
        "http://h/1",
        "http://h/2");

    assertThat(queue.ledger().hosts(new RunId("r")))
        .singleElement()
        .satisfies(host -> {
          assertThat(host.requests()).isEqualTo(2);
          assertThat(host.bytes()).isEqualTo(14);
        });
    assertThat(queue.ledger().receipt(new RunId("r")).spent())
        .containsExactly(Map.entry("a", new Spending(2, 14, 6, 0, 0)));
  }

  /** Also a host that takes longer to answer than its interval is gets all requests it allows. */
  @Test
  void that_a_request_is_out_is_told_before_its_answer_is_there() throws Exception {
    RunId run = new RunId("r");
    AtomicInteger executions = new AtomicInteger();
    ScriptedService slow =
        ScriptedService.visiting(
            "v",
            call -> {
              executions.incrementAndGet();
              await().atMost(LONG).until(() -> nextAtHost(run).isPresent()); // the second waits
              Optional<Instant> before = nextAtHost(run);
              call.fleet().sent("h", System.nanoTime());
              await().atMost(LONG).until(() -> !nextAtHost(run).equals(before));
              queue.ledger().cancel(run);
              return done(call);
            });

    RunStatus status =
        run(registry(slow), PACED + VISIT, new CollectedResults(), "http://h/1", "http://h/2");

    assertThat(status.state()).isEqualTo(RunStatus.State.CANCELLED);
    assertThat(executions).hasValue(1);
    assertThat(queue.ledger().hosts(run)).extracting(HostCounts::requests).containsExactly(0L);
  }

  private Optional<Instant> nextAtHost(RunId run) {
    return queue.ledger().why(run).holds().stream()
        .filter(Hold.AtHost.class::isInstance)
        .map(hold -> ((Hold.HostState.Interval) ((Hold.AtHost) hold).state()).next())
        .findFirst();
  }

  @Test
  void what_came_of_a_visit_is_told_before_what_follows_it_in_memory_has_ended() throws Exception {
    RunId run = new RunId("r");
    ScriptedService slow =
        ScriptedService.computing(
            "c",
            call -> {
              await().atMost(LONG).until(() -> requests(run) == 1);
              return done(call);
            });

    RunStatus status =
        run(
            registry(ScriptedService.visiting("v", this::visit), slow),
            PACED + VISIT + "[[nodes]]\nid = \"b\"\nservice = \"c\"\ndepends_on = [\"a\"]\n",
            new CollectedResults(),
            "http://h/1");

    assertThat(status.done()).isEqualTo(1);
    assertThat(requests(run)).isEqualTo(1);
  }

  private long requests(RunId run) {
    return queue.ledger().hosts(run).stream().mapToLong(HostCounts::requests).sum();
  }

  @Test
  void a_node_behind_another_waits_for_the_host_that_its_input_names() throws Exception {
    ScriptedService first =
        ScriptedService.visiting(
            "v",
            call ->
                Outcome.success(JsonNodeFactory.instance.stringNode("http://behind.example/page")));
    ScriptedService second = ScriptedService.visiting("w", VisitingContract::done);
    CollectedResults lines = new CollectedResults();

    run(
        registry(first, second),
        ONE_AT_ONCE + VISIT + "[[nodes]]\nid = \"b\"\nservice = \"w\"\ndepends_on = [\"a\"]\n",
        lines,
        "http://front.example/1");

    assertThat(outputs(lines)).containsExactly("behind.example");
  }

  /** The first who is asked is the submitter. */
  @Test
  void a_task_whose_host_the_submitter_could_not_tell_is_moved_without_a_lost_attempt()
      throws Exception {
    AtomicInteger asked = new AtomicInteger();
    ScriptedService untold =
        ScriptedService.visiting("v", VisitingContract::done)
            .telling(call ->
                asked.incrementAndGet() == 1
                    ? Optional.empty()
                    : Optional.of(new Host("told.example")));
    CollectedResults lines = new CollectedResults();

    RunStatus status = run(registry(untold), ONE_AT_ONCE + VISIT, lines, "http://h/1");

    assertThat(outputs(lines)).containsExactly("told.example");
    assertThat(status.nodes().getFirst().retries()).isZero();
    assertThat(lines.results.getFirst().attempts()).isEqualTo(1);
  }

  @Test
  void not_now_and_elsewhere_cost_no_attempt() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    ScriptedService service =
        ScriptedService.visiting(
            "v",
            call ->
                switch (calls.incrementAndGet()) {
                  case 1 -> new Outcome.NotNow(true, Duration.ZERO);
                  case 2 -> new Outcome.NotNow(false, Duration.ofMillis(1));
                  case 3 -> new Outcome.Elsewhere(new Host("other.example"), false);
                  default -> done(call);
                });
    CollectedResults lines = new CollectedResults();

    RunStatus status = run(registry(service), ONE_AT_ONCE + VISIT, lines, "http://h/1");

    assertThat(outputs(lines)).containsExactly("other.example");
    assertThat(status.dead()).isZero();
    assertThat(lines.results.getFirst().attempts()).isEqualTo(1);
    assertThat(service.calls).extracting(ServiceCall::attempt).containsOnly(1);
  }

  /** The pipeline names no pace: what one of the host's sites asked for is all there is. */
  @Test
  void a_start_at_a_host_whose_pace_was_learnt_is_good_once() throws Exception {
    Host own = new Host("h");
    Host other = new Host("other.example");
    List<String> seen = new CopyOnWriteArrayList<>();
    ScriptedService service =
        ScriptedService.visiting(
            "v",
            call -> {
              Fleet fleet = call.fleet();
              boolean isFirst = seen.isEmpty();
              seen.add(fleet.startsOnce() + " " + fleet.mayGoOn(own) + " " + fleet.mayGoOn(other));
              if (!isFirst) {
                return done(call);
              }
              for (Answer answer :
                  List.of(
                      new Answer.Interval(Duration.ofMillis(50), "http://one"),
                      new Answer.Interval(Duration.ZERO, "http://two"))) {
                fleet.visited(new HostVisit("h", System.nanoTime(), Duration.ZERO, 7, answer));
              }
              return new Outcome.NotNow(false, Duration.ZERO);
            });

    run(registry(service), VISIT, new CollectedResults(), "http://h/1");

    assertThat(seen).containsExactly("false true true", "true false true");
  }

  @Test
  void a_redirect_waits_in_the_lane_of_a_host_that_was_seen_to_have_a_pace() throws Exception {
    List<Boolean> seen = new CopyOnWriteArrayList<>();
    List<Answer> answers =
        List.of(
            new Answer.Fine(),
            new Answer.TooMany(Duration.ZERO),
            new Answer.Interval(Duration.ofSeconds(1)),
            new Answer.Failure());
    ScriptedService service =
        ScriptedService.visiting(
            "v",
            call -> {
              for (Answer answer : answers) {
                String name = answer.getClass().getSimpleName();
                call.fleet()
                    .visited(new HostVisit(name, System.nanoTime(), Duration.ZERO, 7, answer));
                seen.add(call.fleet().mayGoOn(new Host(name)));
              }
              return done(call);
            });

    run(registry(service), VISIT, new CollectedResults(), "http://h/1");

    assertThat(seen).containsExactly(true, false, false, false);
  }

  @ParameterizedTest
  @CsvSource({
    "host, www.archive.example, true",
    "host, archive.example, false",
    "domain, archive.example, true",
    "ip, 192.0.2.7, true"
  })
  void an_exception_is_found_by_the_hosts_name_whatever_the_scope(
      String scope, String name, boolean fits) throws Exception {
    Host host = new Host(name, name.startsWith("archive") && !fits ? name : "www.archive.example");
    List<Boolean> paced = new CopyOnWriteArrayList<>();
    ScriptedService service =
        ScriptedService.visiting(
                "v",
                call -> {
                  paced.add(call.fleet().startsOnce());
                  paced.add(!call.fleet().mayGoOn(host));
                  return done(call);
                })
            .telling(call -> Optional.of(host));
    CollectedResults lines = new CollectedResults();
    String rules =
        """
        [[politeness.hosts]]
        host = "*.archive.example"
        interval = "1ms"
        """;
    String politeness = "[politeness]\nscope = \"" + scope + "\"\n" + rules;

    run(registry(service), politeness + VISIT, lines, "http://h/1");

    assertThat(outputs(lines)).containsExactly(name);
    assertThat(paced).containsOnly(fits);
  }

  @Test
  void a_start_that_is_not_needed_is_another_tasks() throws Exception {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    ScriptedService service =
        ScriptedService.visiting(
                "v",
                call -> {
                  if (call.fleet().lane().isPresent()) {
                    seen.add(call.item().id());
                    return new Outcome.NoVisit();
                  }
                  return done(call);
                })
            .telling(call ->
                seen.contains(call.item().id())
                    ? Optional.empty()
                    : Optional.of(new Host("h.example")));
    CollectedResults lines = new CollectedResults();
    String hourly = "[politeness]\ninterval = \"1h\"\n";

    RunStatus status = run(registry(service), hourly + VISIT, lines, "http://h/1", "http://h/2");

    assertThat(outputs(lines)).containsExactly("no lane", "no lane");
    assertThat(status.nodes().getFirst().retries()).isZero();
    assertThat(lines.results).allMatch(result -> result.attempts() == 1);
  }

  @Test
  void an_excluded_item_ends_with_the_reason() throws Exception {
    ScriptedService service =
        ScriptedService.visiting("v", call -> new Outcome.Excluded("by robots.txt"));

    RunStatus status = run(registry(service), VISIT, new CollectedResults(), "http://h/1");

    assertThat(status.state()).isEqualTo(RunStatus.State.FINISHED);
    assertThat(status.excluded()).isEqualTo(1);
    assertThat(status.dead()).isZero();
    assertThat(queue.ledger().excluded(new RunId("r"), "", 9))
        .flatExtracting(DeadLetter::errors)
        .extracting(DeadLetter.AttemptError::message)
        .containsExactly("by robots.txt");
  }

  @Test
  void what_a_task_notes_is_there_for_the_others() throws Exception {
    Map<String, String> found = new ConcurrentHashMap<>();
    ScriptedService service =
        ScriptedService.visiting(
            "v",
            call -> {
              if (call.fleet().claim("first", Duration.ofMinutes(1))) {
                call.fleet().putNote("n", new byte[] {1}, Duration.ofMinutes(1));
              } else {
                found.put(call.item().id(), call.fleet().note("n").isPresent() ? "yes" : "no");
              }
              return done(call);
            });

    run(registry(service), ONE_AT_ONCE + VISIT, new CollectedResults(), "http://h/1", "http://h/2");

    assertThat(found.values()).containsExactly("yes");
  }

  @Test
  void a_robots_txt_that_is_away_is_noted_until_it_is_back() throws Exception {
    Host host = new Host("h");
    Instant since = Instant.parse("2026-01-31T12:00:00Z");
    Instant next = since.plusSeconds(300);
    Map<String, Optional<RobotsNote>> noted = new ConcurrentHashMap<>();
    ScriptedService service =
        ScriptedService.visiting(
            "v",
            call -> {
              Fleet fleet = call.fleet();
              fleet.robotsAway(host, "https://h:443", since, next);
              noted.put("away", fleet.note(RobotsNote.name("h")).flatMap(RobotsNote::of));
              fleet.robotsBack(host, "http://h:80");
              noted.put("other", fleet.note(RobotsNote.name("h")).flatMap(RobotsNote::of));
              fleet.robotsBack(host, "https://h:443");
              noted.put("back", fleet.note(RobotsNote.name("h")).flatMap(RobotsNote::of));
              return done(call);
            });

    run(registry(service), VISIT, new CollectedResults(), "http://h/1");

    RobotsNote away = new RobotsNote("https://h:443", since, next);
    assertThat(noted)
        .containsEntry("away", Optional.of(away))
        .containsEntry("other", Optional.of(away))
        .containsEntry("back", Optional.empty());
  }

  @Test
  void what_executions_used_up_is_in_the_receipt_also_where_they_failed() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    ScriptedService asks =
        ScriptedService.visiting(
            "v",
            call -> {
              visit(call);
              call.fleet().spent(new Spending(1, 20, 300, 4, 5));
              return attempts.incrementAndGet() == 1 ? Outcome.retryable("once more") : done(call);
            });
    String twice = VISIT.replace("max_attempts = 1", "max_attempts = 2\nbackoff = \"0s\"");

    run(registry(asks), twice, new CollectedResults(), "http://h/1", "http://h/2");

    Receipt receipt = queue.ledger().receipt(new RunId("r"));
    assertThat(receipt.spent()).containsExactly(Map.entry("a", new Spending(6, 81, 900, 12, 15)));
    assertThat(receipt.discrepancies()).isEmpty();
  }
}
