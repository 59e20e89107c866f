package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.queue.Cap;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.Emitted;
import dev.stygian.graph.queue.Explanation;
import dev.stygian.graph.queue.HostCounts;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.Receipt;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunLimits;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.ServiceCap;
import dev.stygian.graph.queue.WorkerInfo;
import io.lettuce.core.Limit;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.Range;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValueScanCursor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The books of a queue on Redis: plain reads where nothing moves, scripts where something does. */
final class RedisRunLedger implements RunLedger {
  /** Delivered results are kept readable up to this size. */
  private static final long DELIVERED_KEPT_BYTES = 8 << 20;

  private static final int ITEMS_PER_CALL = 100;

  private final RedisLink link;
  private final Keys keys;
  private final OpenRuns runs;
  private final ResultReader results;
  private final VisitBook visits;
  private final Caps caps;
  private final RunObserver observer;

  RedisRunLedger(RedisLink link, Keys keys, OpenRuns runs, VisitBook visits) {
    this.visits = visits;
    this.link = link;
    this.keys = keys;
    this.runs = runs;
    this.results = new ResultReader(link, keys, runs);
    this.caps = new Caps(link, keys, runs);
    this.observer = new RunObserver(link, runs, new RedisNotes(link, keys));
  }

  /** A call that may be interrupted, made where the port's method may not be. */
  @FunctionalInterface
  private interface Call<T> {
    T make() throws InterruptedException;
  }

  private <T> T now(Call<T> call) {
    try {
      return call.make();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueueClosedException("interrupted while asking the queue", e);
    }
  }

  @Override
  public String queueId() {
    return now(() -> {
      byte[] field = bytes("id");
      byte[] known = link.ask("hget", s -> s.hget(keys.meta(), field));
      if (known == null) {
        byte[] made = bytes(HexFormat.of().toHexDigits(UUID.randomUUID().getMostSignificantBits()));
        link.ask("hsetnx", s -> s.hsetnx(keys.meta(), field, made)); // the first one's stands
        known = link.ask("hget", s -> s.hget(keys.meta(), field));
      }
      return new String(known, UTF_8);
    });
  }

  @Override
  public Optional<RunSpec> find(RunId run) {
    return now(() -> {
      Optional<OpenRuns.Known> known = runs.find(run);
      if (known.isPresent()
          && link.ask("exists", s -> s.exists(keys.run(known.get().number()))) == 0) {
        runs.forget(run);
        return Optional.empty();
      }
      return known.map(OpenRuns.Known::spec);
    });
  }

  @Override
  public List<RunId> runs() {
    return now(() -> {
      Map<Long, RunId> sorted = new TreeMap<>();
      ScanCursor cursor = ScanCursor.INITIAL;
      do {
        ScanCursor from = cursor;
        MapScanCursor<byte[], byte[]> page =
            link.ask("hscan", s -> s.hscan(keys.runs(), from, ScanArgs.Builder.limit(500)));
        for (var entry : page.getMap().entrySet()) {
          long number = Long.parseLong(new String(entry.getValue(), UTF_8));
          if (link.ask("exists", s -> s.exists(keys.run(number))) == 1) {
            sorted.put(number, new RunId(new String(entry.getKey(), UTF_8)));
          } else {
            link.ask("hdel", s -> s.hdel(keys.runs(), entry.getKey()));
          }
        }
        cursor = page;
      } while (!cursor.isFinished());
      return List.copyOf(sorted.values());
    });
  }

  @Override
  public RunStatus status(RunId id) {
    return now(() -> {
      OpenRuns.Known run = runs.known(id);
      Map<String, byte[]> f =
          OpenRuns.texts(link.ask("hgetall", s -> s.hgetall(keys.run(run.number()))));
      if (f.isEmpty()) {
        runs.forget(id);
        throw OpenRuns.unknown(id);
      }
      return status(run.spec(), new Fields(f), liveServices());
    });
  }

  @Override
  public Receipt receipt(RunId id) {
    return now(() -> {
      OpenRuns.Known run = runs.known(id);
      Optional<Receipt> receipt = new ReceiptReader(link).read(run, liveServices());
      if (receipt.isEmpty()) {
        runs.forget(id);
        throw OpenRuns.unknown(id);
      }
      return receipt.get();
    });
  }

  @Override
  public Explanation why(RunId id) {
    return now(() -> observer.observe(id)).explain();
  }

  /** The fields of a run's hash. */
  record Fields(Map<String, byte[]> values) {
    long number(String field) {
      byte[] value = values.get(field);
      return value == null ? 0 : Long.parseLong(new String(value, UTF_8));
    }

    /** A moment of the server's clock. */
    Instant time(String field) {
      return Instant.ofEpochMilli(number(field));
    }

    /** The cap of a node, as {@code include/caps.lua} keeps it. */
    long cap(int node) {
      Matcher cap = Pattern.compile(";" + node + "=(\\d+);").matcher(text("caps"));
      return cap.find() ? Long.parseLong(cap.group(1)) : Cap.NONE;
    }

    String text(String field) {
      return new String(values.getOrDefault(field, new byte[0]), UTF_8);
    }
  }

  static RunStatus status(RunSpec spec, Fields f, Set<String> live) {
    List<RunStatus.NodeCounts> nodes = new ArrayList<>();
    TreeSet<String> missing = new TreeSet<>();
    for (int i = 0; i < spec.lanes().size(); i++) {
      LaneSpec lane = spec.lanes().get(i);
      long waiting = f.number("w" + i);
      nodes.add(
          new RunStatus.NodeCounts(
              lane.node(),
              lane.service(),
              waiting,
              f.number("d" + i),
              f.number("l" + i),
              f.number("n" + i),
              f.number("x" + i),
              f.number("t" + i),
              (int) f.cap(i)));
      if (waiting > 0 && !live.contains(lane.service())) {
        missing.add(lane.service());
      }
    }
    long undelivered = f.number("results") - f.number("delivered");
    long undeliveredBytes = f.number("resultBytes") - f.number("deliveredBytes");
    return new RunStatus(
        spec.id(),
        spec.pipelineId(),
        switch (f.text("state")) {
          case "paused" -> RunStatus.State.PAUSED;
          case "cancelled" -> RunStatus.State.CANCELLED;
          case "finished" -> RunStatus.State.FINISHED;
          default -> RunStatus.State.RUNNING;
        },
        f.text("closed").equals("1"),
        f.number("submitted"),
        new Emitted(f.number("emitted"), f.number("duplicates"), f.number("overLimit")),
        f.number("done"),
        f.number("dead"),
        f.number("cancelled"),
        f.number("excluded"),
        undelivered,
        undeliveredBytes,
        undelivered >= spec.limits().undeliveredResults()
            || undeliveredBytes >= spec.limits().undeliveredBytes(),
        (int) f.number("weight"),
        (int) f.number("maxLeased"),
        nodes,
        List.copyOf(missing),
        f.time("started"),
        f.values().containsKey("finished") ? Optional.of(f.time("finished")) : Optional.empty());
  }

  @Override
  public long accepted(RunId id, String submitter) {
    return now(() -> {
      long run = runs.known(id).number();
      byte[] at = link.ask("hget", s -> s.hget(keys.run(run, "cursor"), bytes(submitter)));
      return at == null ? 0 : Long.parseLong(new String(at, UTF_8));
    });
  }

  @Override
  public void cancel(RunId id) {
    now(() -> {
      long run = runs.known(id).number();
      String reply = cancelSome(id, run, List.of());
      ScanCursor cursor = ScanCursor.INITIAL;
      do {
        ScanCursor from = cursor;
        ScoredValueScanCursor<byte[]> page =
            link.ask("zscan", s -> s.zscan(keys.delayed(), from, ScanArgs.Builder.limit(500)));
        List<byte[]> ours = new ArrayList<>();
        for (var chunk : page.getValues()) {
          String name = new String(chunk.getValue(), UTF_8);
          byte[] head = link.ask("getrange", s -> s.getrange(keys.chunk(name), 0, 3));
          if (head.length == 4 && runOf(head) == run) {
            ours.add(chunk.getValue());
          }
        }
        if (!ours.isEmpty()) {
          reply = cancelSome(id, run, ours);
        }
        cursor = page;
      } while (!cursor.isFinished());
      while (reply.equals("more")) {
        reply = cancelSome(id, run, List.of());
      }
      return reply;
    });
  }

  static long runOf(byte[] head) {
    return (head[0] & 0xffL)
        | (head[1] & 0xffL) << 8
        | (head[2] & 0xffL) << 16
        | (head[3] & 0xffL) << 24;
  }

  private String cancelSome(RunId id, long run, List<byte[]> delayed) throws InterruptedException {
    List<byte[]> arguments = new ArrayList<>(List.of(bytes(Long.toString(run))));
    arguments.addAll(delayed);
    return checked(id, link.word(LuaScript.CANCEL, arguments));
  }

  @Override
  public void pause(RunId run) {
    setState(run, "paused");
  }

  @Override
  public void resume(RunId run) {
    setState(run, "running");
  }

  private void setState(RunId id, String state) {
    now(() ->
        checked(
            id,
            link.word(
                LuaScript.PAUSE,
                List.of(bytes(Long.toString(runs.known(id).number())), bytes(state)))));
  }

  @Override
  public void weigh(RunId run, int weight) {
    int checked = RunLimits.checkedWeight(weight);
    now(() -> checked(run, caps.weigh(run, checked)));
  }

  @Override
  public void cap(Cap cap, int most) {
    now(() -> {
      String reply = caps.set(cap, Cap.checked(most));
      return switch (cap) {
        case Cap.OfRun(RunId run) -> checked(run, reply);
        case Cap.OfNode(RunId run, _) -> checked(run, reply);
        case Cap.OfService _ -> reply;
      };
    });
  }

  @Override
  public List<ServiceCap> serviceCaps() {
    return now(caps::ofServices);
  }

  private String checked(RunId id, String reply) {
    if (reply.equals("unknown")) {
      runs.forget(id);
      throw OpenRuns.unknown(id);
    }
    return reply;
  }

  @Override
  public ResultBatch results(RunId id, String position, int max, Duration patience)
      throws InterruptedException {
    return results.read(id, position, max, patience);
  }

  @Override
  public void deliver(RunId id, String reader, Delivery delivery) {
    now(() ->
        checked(
            id,
            link.word(
                LuaScript.DELIVER,
                List.of(
                    bytes(Long.toString(runs.known(id).number())),
                    bytes(reader),
                    bytes(delivery.position()),
                    bytes(Long.toString(delivery.bytes())),
                    bytes(Long.toString(DELIVERED_KEPT_BYTES))))));
  }

  @Override
  public Optional<Delivery> delivered(RunId id, String reader) {
    return now(() -> {
      long run = runs.known(id).number();
      byte[] value = link.ask("hget", s -> s.hget(keys.run(run, "sinks"), bytes(reader)));
      if (value == null) {
        return Optional.empty();
      }
      String[] parts = new String(value, UTF_8).split(" ", 2);
      return Optional.of(new Delivery(parts[0], Long.parseLong(parts[1])));
    });
  }

  @Override
  public boolean isTrimmed(RunId run, String position) {
    return now(() -> results.isTrimmed(run, position));
  }

  @Override
  public List<DeadLetter> deadLetters(RunId id, String after, int max) {
    return letters(id, "deadindex", after, max);
  }

  @Override
  public List<DeadLetter> excluded(RunId id, String after, int max) {
    return letters(id, "excludedindex", after, max);
  }

  private List<DeadLetter> letters(RunId id, String index, String after, int max) {
    return now(() -> {
      OpenRuns.Known run = runs.known(id);
      Range.Boundary<byte[]> from =
          after.isEmpty() ? Range.Boundary.unbounded() : Range.Boundary.excluding(bytes(after));
      List<byte[]> items =
          link.ask(
              "zrangebylex",
              s ->
                  s.zrangebylex(
                      keys.run(run.number(), index),
                      Range.from(from, Range.Boundary.unbounded()),
                      Limit.from(max)));
      List<DeadLetter> letters = new ArrayList<>();
      for (byte[] item : items) {
        byte[] letter = link.ask("hget", s -> s.hget(keys.run(run.number(), "dead"), item));
        if (letter != null) {
          letters.add(ResultEntries.letter(run.spec(), letter));
        }
      }
      return letters;
    });
  }

  @Override
  public long replay(RunId id, Collection<String> items) {
    return now(() -> eachItem(id, LuaScript.REPLAY, List.of(), items));
  }

  @Override
  public List<HostCounts> hosts(RunId id) {
    return now(() -> visits.read(id));
  }

  @Override
  public long drop(RunId id, Collection<String> items) {
    return now(() ->
        eachItem(
            id,
            LuaScript.DROP,
            List.of(bytes(Integer.toString(runs.known(id).spec().lanes().size()))),
            items));
  }

  private long eachItem(RunId id, LuaScript script, List<byte[]> leading, Collection<String> items)
      throws InterruptedException {
    byte[] run = bytes(Long.toString(runs.known(id).number()));
    List<String> all = List.copyOf(items);
    long moved = 0;
    for (int from = 0; from < all.size(); from += ITEMS_PER_CALL) {
      List<byte[]> arguments = new ArrayList<>(List.of(run));
      arguments.addAll(leading);
      all.subList(from, Math.min(from + ITEMS_PER_CALL, all.size()))
          .forEach(item -> arguments.add(bytes(item)));
      List<?> reply = link.list(script, arguments);
      String word = checked(id, Replies.text(reply.get(0)));
      moved += word.equals("ok") ? Replies.number(reply.get(1)) : 0;
    }
    return moved;
  }

  @Override
  public List<WorkerInfo> workers() {
    return now(this::readWorkers);
  }

  private List<WorkerInfo> readWorkers() throws InterruptedException {
    Map<String, byte[]> all = OpenRuns.texts(link.ask("hgetall", s -> s.hgetall(keys.workers())));
    List<byte[]> time = link.ask("time", s -> s.time());
    long nowMillis = Long.parseLong(new String(time.get(0), UTF_8)) * 1000;
    return Workers.live(all, nowMillis);
  }

  private Set<String> liveServices() throws InterruptedException {
    Set<String> services = new TreeSet<>();
    readWorkers().forEach(w -> services.addAll(w.services()));
    return services;
  }
}
