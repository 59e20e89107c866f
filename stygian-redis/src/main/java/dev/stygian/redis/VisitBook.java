package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.item.Spending;
import dev.stygian.graph.queue.Expense;
import dev.stygian.graph.queue.HostCounts;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.Visit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Writes and reads what runs did to hosts and used up besides. */
final class VisitBook {
  private static final int MOST_PER_CALL = 150;

  private final RedisLink link;
  private final Keys keys;
  private final OpenRuns runs;
  private final ServerClock clock;

  VisitBook(RedisLink link, Keys keys, OpenRuns runs, ServerClock clock) {
    this.link = link;
    this.keys = keys;
    this.runs = runs;
    this.clock = clock;
  }

  void book(List<Visit> visits) throws InterruptedException {
    book(LuaScript.VISITED, visits, Visit::run, this::add);
  }

  void bookExpenses(List<Expense> expenses) throws InterruptedException {
    book(LuaScript.SPENT, expenses, Expense::run, VisitBook::add);
  }

  /** Adds one report of a run to a script's arguments. */
  private interface Encoder<T> {
    void add(T report, long run, List<byte[]> arguments) throws InterruptedException;
  }

  /** Books reports in as many calls as it takes; those of runs that are gone are passed over. */
  private <T> void book(
      LuaScript script, List<T> reports, Function<T, RunId> runOf, Encoder<T> encoder)
      throws InterruptedException {
    for (int from = 0; from < reports.size(); from += MOST_PER_CALL) {
      List<byte[]> arguments = new ArrayList<>();
      for (T each : reports.subList(from, Math.min(from + MOST_PER_CALL, reports.size()))) {
        Optional<OpenRuns.Known> run = runs.find(runOf.apply(each));
        if (run.isPresent()) {
          encoder.add(each, run.get().number(), arguments);
        }
      }
      if (!arguments.isEmpty()) {
        link.word(script, arguments);
      }
    }
  }

  private static void add(Expense expense, long run, List<byte[]> arguments) {
    Spending spending = expense.spending();
    arguments.add(number(run));
    arguments.add(expense.node().getBytes(UTF_8));
    arguments.add(number(spending.requests()));
    arguments.add(number(spending.bytes()));
    arguments.add(number(spending.inputTokens()));
    arguments.add(number(spending.outputTokens()));
    arguments.add(number(spending.costMicros()));
  }

  /** What nodes used up, from the fields of a run's hash {@code spent}. */
  static Map<String, Spending> spent(Map<String, byte[]> fields) {
    Map<String, Spending> spent = new TreeMap<>();
    fields.forEach((field, value) -> {
      int at = field.lastIndexOf('|');
      long amount = Long.parseLong(new String(value, US_ASCII));
      Spending one =
          switch (field.substring(at + 1)) {
            case "requests" -> new Spending(amount, 0, 0, 0, 0);
            case "bytes" -> new Spending(0, amount, 0, 0, 0);
            case "read" -> new Spending(0, 0, amount, 0, 0);
            case "written" -> new Spending(0, 0, 0, amount, 0);
            case "cost" -> new Spending(0, 0, 0, 0, amount);
            default -> Spending.NONE;
          };
      spent.merge(field.substring(0, at), one, Spending::plus);
    });
    return spent;
  }

  private void add(Visit visit, long run, List<byte[]> arguments) throws InterruptedException {
    arguments.add(number(run));
    arguments.add(visit.node().getBytes(UTF_8));
    arguments.add(bytes(HostLaneNames.encoded(visit.host())));
    arguments.add(number(clock.millisAt(visit.startedNanos())));
    arguments.add(number(visit.took().toMillis()));
    arguments.add(number(visit.bytes()));
    switch (visit.answer()) {
      case Visit.Answer.Fine() -> answer("fine", Duration.ZERO, "", arguments);
      case Visit.Answer.TooMany(Duration retryAfter) -> answer("many", retryAfter, "", arguments);
      case Visit.Answer.Interval(Duration atLeast, String site) ->
          answer("interval", atLeast, site, arguments);
      case Visit.Answer.Failure() -> answer("failure", Duration.ZERO, "", arguments);
      case Visit.Answer.UnderWay() -> answer("none", Duration.ZERO, "", arguments);
    }
  }

  private static void answer(String word, Duration wanted, String site, List<byte[]> arguments) {
    arguments.add(bytes(word));
    arguments.add(number(wanted.toMillis()));
    arguments.add(bytes(HostLaneNames.encoded(site)));
  }

  private static byte[] number(long value) {
    return bytes(Long.toString(value));
  }

  List<HostCounts> read(RunId id) throws InterruptedException {
    OpenRuns.Known run = runs.known(id);
    Map<String, Map<String, Long>> byHost = new TreeMap<>();
    link.ask("hgetall", s -> s.hgetall(keys.run(run.number(), "hosts")))
        .forEach((name, value) -> {
          String[] parts = new String(name, UTF_8).split("\\|", 2);
          byHost
              .computeIfAbsent(HostLaneNames.host(parts[0]), _ -> new HashMap<>())
              .put(parts[1], Long.valueOf(new String(value, US_ASCII)));
        });
    return byHost.entrySet().stream().map(e -> counts(e.getKey(), e.getValue())).toList();
  }

  private static HostCounts counts(String host, Map<String, Long> of) {
    return new HostCounts(
        host,
        of.getOrDefault("requests", 0L),
        of.getOrDefault("bytes", 0L),
        of.getOrDefault("failures", 0L),
        of.getOrDefault("many", 0L),
        Optional.ofNullable(of.get("gap")).map(Duration::ofMillis),
        of.getOrDefault("peak", 0L),
        of.getOrDefault("waits", 0L));
  }
}
