package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.redis.Violation.Repair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Checks everything that a queue keeps against everything else, beside live work: keys are walked
 * through with cursors, and what belongs together is looked at in one short script, so that no
 * difference is reported that is only the moment between two reads. What can be mended without
 * guessing is mended in the step that found it, or in one that sees that nothing has moved since.
 */
public final class Checkup {
  private static final int PASSES = 4;
  private static final int TRIES = 20;
  private static final int LEASES = 20;
  private static final int SOME = 50;
  private static final int MANY = 200;
  private static final int MOST_PARKED_KEYS = 5000;
  private static final int HEADERS_PER_CALL = 500;

  private final RedisLink link;
  private final Keys keys;
  private final QueueWalk walk;
  private final OpenRuns runs;
  private final ReceiptReader receipts;
  private final boolean mends;
  private final Findings findings;
  private final Map<Long, Optional<OpenRuns.Known>> known = new TreeMap<>();
  private final List<Violation> violations = new ArrayList<>();
  private final Set<String> notes = new LinkedHashSet<>();
  private final Set<String> gone = new LinkedHashSet<>();
  private final Set<String> named = new HashSet<>();
  private long leases;
  private long checkedRuns;
  private boolean sawAllRuns = true;
  private boolean isParkedCountWrong;

  private Checkup(RedisLink link, Keys keys, boolean mends) {
    this.link = link;
    this.keys = keys;
    this.walk = new QueueWalk(link, keys);
    this.runs = new OpenRuns(link, keys, new SoleRuns(link, new Names()));
    this.receipts = new ReceiptReader(link);
    this.mends = mends;
    this.findings = new Findings(mends, this::runName, this::nodeName);
  }

  /**
   * What a check came to.
   *
   * @param violations what does not add up, or did not
   * @param notes what could not be looked at, and why
   * @param runs how many runs were looked at
   * @param leases how many leases
   */
  public record Report(List<Violation> violations, List<String> notes, long runs, long leases) {
    /** Whether everything adds up now, as far as it could be looked at. */
    public boolean isSound() {
      return violations.stream().allMatch(v -> v.repair() == Repair.DONE);
    }
  }

  /**
   * Checks a queue; throws what any use of it would throw.
   *
   * @param mends whether to mend what can be mended without guessing
   */
  public static Report of(RedisSettings settings, boolean mends) {
    Keys keys = new Keys(settings.queueName());
    try (RedisLink link = new RedisLink(settings, keys)) {
      List<Violation> mended = new ArrayList<>();
      for (int pass = 1; ; pass++) {
        Checkup checkup = new Checkup(link, keys, mends);
        checkup.pass();
        List<Violation> found = checkup.violations;
        boolean hasMended = found.stream().anyMatch(v -> v.repair() == Repair.DONE);
        if (!hasMended || pass == PASSES) {
          mended.addAll(found);
          return new Report(
              List.copyOf(mended), List.copyOf(checkup.notes), checkup.checkedRuns, checkup.leases);
        }
        found.stream().filter(v -> v.repair() == Repair.DONE).forEach(mended::add);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueueUnavailableException("interrupted while checking " + settings, e);
    }
  }

  private void pass() throws InterruptedException {
    QueueWalk.Names names = lookForParked();
    lookAtLeases();
    recheck("delayed", walk.members(keys.delayed()), MANY);
    Set<Long> numbers = new TreeSet<>(names.runs());
    for (byte[] number : values(walk.fields(keys.runs()), keys.runs())) {
      numbers.add(Replies.number(number));
    }
    for (long number : numbers) {
      known.put(number, runs.read(number));
    }
    Map<Long, List<String>> chunks = chunksByRun(names);
    for (long number : numbers) {
      lookAtRun(number, names, chunks.getOrDefault(number, List.of()));
    }
    if (sawAllRuns) {
      gone.removeAll(named);
      recheck("gone", texts(gone), MANY);
    }
    lookAtMarks();
    recheck("parked", names.parked(), 5);
    recheck("service", texts(services()), SOME);
    recheck("host", texts(names.hosts()), MANY);
    recheck("run", texts(numbers), LEASES);
    recheck("lane", texts(names.lanes()), SOME);
    recheck("depth", List.of(new byte[0]), 1);
    recheck("life", texts(names.lives()), MANY);
    List<String> remains = new ArrayList<>(names.remains());
    chunks.forEach((number, ids) -> {
      if (!numbers.contains(number)) {
        ids.forEach(id -> remains.add(number + ":c:" + id));
      }
    });
    recheck("remains", texts(remains), MANY);
  }

  /** The names of the queue's keys, once the counter of parked tasks was held against them. */
  private QueueWalk.Names lookForParked() throws InterruptedException {
    byte[] chunk = link.ask("hget", s -> s.hget(keys.meta(), bytes("chunk")));
    QueueWalk.Names names = walk.names();
    if (names.parked().size() > MOST_PARKED_KEYS) {
      notes.add("tasks are parked behind more than " + MOST_PARKED_KEYS + " keys: not counted");
      return names;
    }
    List<byte[]> things = new ArrayList<>();
    things.add(chunk == null ? bytes("0") : chunk);
    things.addAll(names.parked());
    recheck("parked-count", things, MOST_PARKED_KEYS + 1);
    isParkedCountWrong = !mends && !violations.isEmpty();
    return names;
  }

  private void lookAtLeases() throws InterruptedException {
    Set<String> numbers = new LinkedHashSet<>();
    walk.fields(keys.leases()).forEach(number -> numbers.add(new String(number, UTF_8)));
    walk.members(keys.deadlines()).forEach(number -> numbers.add(new String(number, UTF_8)));
    leases = numbers.size();
    recheck("lease", texts(numbers), LEASES);
  }

  private void lookAtMarks() throws InterruptedException {
    Map<String, Integer> stale = new LinkedHashMap<>();
    for (List<?> finding : ask("flight", walk.fields(keys.flight()), SOME)) {
      stale.merge(Replies.text(finding.get(1)), 1, Integer::sum);
    }
    stale.forEach((lease, count) -> violations.add(findings.staleMarks(lease, count)));
  }

  private List<String> services() throws InterruptedException {
    String prefix = "leased:";
    return walk.fields(keys.meta()).stream()
        .map(field -> new String(field, UTF_8))
        .filter(field -> field.startsWith(prefix))
        .map(field -> field.substring(prefix.length()))
        .toList();
  }

  /** The chunks of each run. What stays in {@code gone} are those that have no bytes. */
  private Map<Long, List<String>> chunksByRun(QueueWalk.Names names) throws InterruptedException {
    Set<String> all = new LinkedHashSet<>(names.chunks());
    walk.fields(keys.chunks()).forEach(id -> gone.add(new String(id, UTF_8)));
    all.addAll(gone);
    List<String> ids = List.copyOf(all);
    Map<Long, List<String>> chunks = new TreeMap<>();
    for (int from = 0; from < ids.size(); from += HEADERS_PER_CALL) {
      List<String> some = ids.subList(from, Math.min(from + HEADERS_PER_CALL, ids.size()));
      List<RedisLink.Command<byte[]>> asked = new ArrayList<>();
      some.forEach(id -> asked.add(s -> s.getrange(keys.chunk(id), 0, 3)));
      List<byte[]> heads = link.askAll("getrange", asked);
      for (int i = 0; i < some.size(); i++) {
        if (heads.get(i).length == 4) {
          gone.remove(some.get(i));
          long run = RedisRunLedger.runOf(heads.get(i));
          chunks.computeIfAbsent(run, r -> new ArrayList<>()).add(some.get(i));
        }
      }
    }
    return chunks;
  }

  private void lookAtRun(long number, QueueWalk.Names names, List<String> chunks)
      throws InterruptedException {
    RunSurvey head = RunSurvey.ofHead(link, number);
    if (!head.exists()) {
      return;
    }
    checkedRuns++;
    List<byte[]> parked = names.parked();
    List<QueueWalk.Lane> lanes =
        names.lanes().stream().filter(lane -> lane.run() == number).toList();
    if (!head.isOver() && isParkedCountWrong) {
      sawAllRuns = false;
      notes.add(
          "the tasks of "
              + runName(number)
              + " were not counted: the counter of parked tasks has to be mended first");
      return;
    }
    for (int i = 0; i < TRIES; i++) {
      Optional<RunSurvey> survey =
          head.isOver()
              ? Optional.of(RunSurvey.ofHead(link, number))
              : RunSurvey.of(link, keys, number, new RunSurvey.Hints(lanes, parked, chunks));
      if (survey.isPresent()) {
        named.addAll(survey.get().chunks().keySet());
        RunBooks.Diagnosis diagnosis =
            RunBooks.of(
                link,
                keys,
                survey.get(),
                runName(number),
                node -> bareNodeName(number, node),
                isOneResultAnItem(number));
        if (diagnosis.violations().isEmpty() && diagnosis.orders().isEmpty()) {
          lookAtReceipt(number);
        }
        if (!mends || diagnosis.orders().isEmpty()) {
          violations.addAll(diagnosis.violations());
          return;
        }
        String reply =
            link.word(LuaScript.MEND, RunBooks.arguments(number, survey.get(), diagnosis.orders()));
        if (reply.equals("mended")) {
          diagnosis.violations().forEach(v -> violations.add(done(v)));
          return;
        }
      } else {
        parked = walk.names().parked();
      }
    }
    sawAllRuns = false;
    notes.add(
        runName(number)
            + " moves too fast to be looked at whole: pause it, or look again when its workers have"
            + " less to do");
  }

  /** What ended, against what came: where one of these counters is wrong, nobody can tell which. */
  private void lookAtReceipt(long number) throws InterruptedException {
    Optional<OpenRuns.Known> run = known.getOrDefault(number, Optional.empty());
    if (run.isEmpty()) {
      return;
    }
    receipts
        .read(run.get(), Set.of())
        .ifPresent(receipt ->
            receipt
                .discrepanciesOfNodes()
                .forEach(found ->
                    violations.add(
                        new Violation(
                            runName(number),
                            found,
                            "the receipt does not add up; no task is affected",
                            "compare the results with the input: which counter is wrong cannot be"
                                + " told",
                            Repair.BEYOND))));
  }

  private static Violation done(Violation v) {
    return v.repair() == Repair.POSSIBLE
        ? new Violation(v.subject(), v.found(), v.meaning(), v.remedy(), Repair.DONE)
        : v;
  }

  private void recheck(String what, Collection<byte[]> things, int perCall)
      throws InterruptedException {
    for (List<?> finding : ask(what, List.copyOf(things), perCall)) {
      if (Replies.text(finding.getFirst()).equals("too-large")) {
        notes.add("there are too many " + Replies.text(finding.get(1)) + " to count in one look");
      } else {
        violations.add(findings.of(finding));
      }
    }
  }

  private List<List<?>> ask(String what, List<byte[]> things, int perCall)
      throws InterruptedException {
    List<List<?>> found = new ArrayList<>();
    for (int from = 0; from < things.size(); from += perCall) {
      List<byte[]> arguments =
          new ArrayList<>(Arrays.asList(bytes(mends ? "1" : "0"), bytes(what)));
      arguments.addAll(things.subList(from, Math.min(from + perCall, things.size())));
      for (Object finding : link.list(LuaScript.RECHECK, arguments)) {
        found.add(Replies.list(finding));
      }
    }
    return found;
  }

  private List<byte[]> values(List<byte[]> fields, byte[] hash) throws InterruptedException {
    List<byte[]> values = new ArrayList<>();
    for (byte[] field : fields) {
      byte[] value = link.ask("hget", s -> s.hget(hash, field));
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  private static List<byte[]> texts(Collection<?> things) {
    return things.stream().map(thing -> bytes(String.valueOf(thing))).toList();
  }

  private String runName(long number) {
    return known
        .getOrDefault(number, Optional.empty())
        .map(run -> "run \"" + run.spec().id() + "\"")
        .orElse("run number " + number);
  }

  private boolean isOneResultAnItem(long number) {
    return known
        .getOrDefault(number, Optional.empty())
        .filter(
            run -> run.spec().lanes().stream().allMatch(lane -> lane.ends() == 1 && !lane.splits()))
        .isPresent();
  }

  private String bareNodeName(long number, int node) {
    return known
        .getOrDefault(number, Optional.empty())
        .filter(run -> node < run.spec().lanes().size())
        .map(run -> run.spec().lanes().get(node).node())
        .orElse("number " + node);
  }

  private String nodeName(long number, int node) {
    return runName(number) + ", node \"" + bareNodeName(number, node) + "\"";
  }
}
