package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.HostLane;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.LeaseToken;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** Asks for leases and reads what the script hands out. */
final class Leaser {
  private static final Duration LONGEST_REST = Duration.ofHours(1);
  private static final long SHORTEST_WAIT_NANOS = 1_000_000;

  private final RedisLink link;
  private final Keys keys;
  private final OpenRuns runs;
  private final String requester = UUID.randomUUID().toString();
  private final AtomicLong sequence = new AtomicLong();
  private final ServerClock clock;

  /** When something will be due by the server's clock, in nanoseconds of ours; none: far away. */
  private volatile long dueNanos = System.nanoTime() + LONGEST_REST.toNanos();

  /** What services the last request was of, where it got less than it asked for. */
  private volatile Optional<Set<String>> dry = Optional.empty();

  Leaser(RedisLink link, Keys keys, OpenRuns runs, ServerClock clock) {
    this.link = link;
    this.keys = keys;
    this.runs = runs;
    this.clock = clock;
  }

  /**
   * A request, which may be sent again: the same one gives the first hand-out back before it hands
   * out anew.
   */
  record Asked(LeaseRequest request, List<byte[]> arguments) {}

  Asked ask(LeaseRequest request) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(bytes(Integer.toString(request.max())));
    arguments.add(bytes(Long.toString(request.visibility().toMillis())));
    arguments.add(bytes(requester));
    arguments.add(bytes(Long.toString(sequence.incrementAndGet())));
    request.services().stream().sorted().forEach(service -> arguments.add(bytes(service)));
    return new Asked(request, arguments);
  }

  /**
   * Whether the last request was of these services too and got less than it asked for. Whatever
   * came since then has been signalled, so that there is no use in asking before that.
   */
  boolean isDry(Set<String> services) {
    return dry.filter(services::equals).isPresent();
  }

  /** What is there now. */
  List<Lease> lease(Asked asked) throws InterruptedException {
    return read(asked, link.list(LuaScript.LEASE, asked.arguments));
  }

  /** Leases as soon as there is a signal, or the time is over. */
  List<Lease> leaseWhenSignalled(Wakeups wakeups, Asked asked, Duration longest)
      throws InterruptedException {
    Duration toNextDue =
        Duration.ofNanos(Math.max(SHORTEST_WAIT_NANOS, dueNanos - System.nanoTime()));
    Duration wait = toNextDue.compareTo(longest) < 0 ? toNextDue : longest;
    Optional<List<?>> handedOut = wakeups.await(asked.request.services(), wait, asked.arguments);
    return handedOut.isPresent() ? read(asked, handedOut.get()) : lease(asked);
  }

  private List<Lease> read(Asked asked, List<?> handedOut) throws InterruptedException {
    long due = Replies.number(handedOut.getFirst());
    dueNanos = due < 0 ? System.nanoTime() + LONGEST_REST.toNanos() : clock.nanosAt(due);
    List<Group> groups = new ArrayList<>();
    for (Object group : handedOut.subList(1, handedOut.size())) {
      groups.add(Group.of(Replies.list(group)));
    }
    fetchBodies(groups);
    List<Lease> leases = new ArrayList<>();
    for (Group group : groups) {
      read(group, asked.request.visibility(), leases);
    }
    LeaseRequest request = asked.request;
    dry = leases.size() < request.max() ? Optional.of(request.services()) : Optional.empty();
    return leases;
  }

  /**
   * What was leased of one chunk: columns and bodies of its tasks, or the chunk as it lies, behind
   * its header. Bodies, or that chunk, may still have to be fetched.
   */
  private static final class Group {
    private final List<?> parts;
    private final int tasks;
    private final boolean isWholeChunk;
    private int[] lengths = {};
    private byte[] keys;
    private int keysAt;
    private byte[] bodies;
    private int bodiesAt;

    private Group(List<?> parts) {
      this.parts = parts;
      this.tasks = Replies.bytes(parts.get(9)).length;
      byte[] packed = Replies.bytes(parts.get(6));
      this.isWholeChunk = packed.length == 0;
      this.keys = Replies.bytes(parts.get(7));
      this.bodies = Replies.bytes(parts.get(8));
      if (isWholeChunk) {
        take(bodies);
      } else {
        lengths = TaskBytes.lengths(packed, tasks);
      }
    }

    static Group of(List<?> parts) {
      return new Group(parts);
    }

    long number(int part) {
      return Replies.number(parts.get(part));
    }

    /** What was fetched for it. */
    void take(byte[] fetched) {
      bodies = fetched;
      if (isWholeChunk && fetched.length >= TaskBytes.COLUMNS_BYTES * tasks) {
        lengths = TaskBytes.lengths(fetched, tasks);
        keys = fetched;
        keysAt = TaskBytes.KEYS_BEHIND * tasks;
        bodiesAt = TaskBytes.COLUMNS_BYTES * tasks;
      }
    }

    RedisLink.Command<byte[]> fetch(byte[] chunk) {
      long from = isWholeChunk ? TaskBytes.CHUNK_HEAD_BYTES : number(5);
      long to = isWholeChunk ? -1 : from + bytes() - 1;
      return server -> server.getrange(chunk, from, to);
    }

    TaskBytes.Entry read(int task, int at) {
      int keyAt = keysAt + task * IdempotencyKey.BYTES;
      return TaskBytes.read(keys, keyAt, bodies, bodiesAt + at, lengths[task]);
    }

    private int bytes() {
      return Arrays.stream(lengths).sum();
    }

    boolean isWhole() {
      return lengths.length == tasks && bodies.length - bodiesAt == bytes();
    }
  }

  private void fetchBodies(List<Group> groups) throws InterruptedException {
    List<Group> missing = groups.stream().filter(group -> !group.isWhole()).toList();
    List<RedisLink.Command<byte[]>> commands = new ArrayList<>();
    for (Group group : missing) {
      commands.add(group.fetch(keys.chunk(Replies.text(group.parts.get(4)))));
    }
    if (!commands.isEmpty()) {
      List<byte[]> bodies = link.askAll("getrange", commands);
      for (int i = 0; i < bodies.size(); i++) {
        missing.get(i).take(bodies.get(i));
      }
    }
  }

  private void read(Group group, Duration asked, List<Lease> leases) throws InterruptedException {
    Optional<OpenRuns.Known> run = runs.read(group.number(1));
    if (run.isEmpty() || !group.isWhole()) {
      return; // its keys went between the script and now; the lease will run out
    }
    RunSpec spec = run.get().spec();
    LaneSpec lane = spec.lanes().get((int) group.number(2));
    Duration visibility = spec.limits().visibilityOr(asked);
    Instant deadline = Instant.ofEpochMilli(group.number(3));
    Optional<HostLane> host = HostLaneNames.ofChunk(Replies.text(group.parts.get(4)));
    OptionalLong startBefore = startBefore(deadline.minus(visibility), group.number(12));
    byte[] flags = Replies.bytes(group.parts.get(9));
    List<?> stored = Replies.list(group.parts.get(10));
    List<?> inputs = Replies.list(group.parts.get(11));
    Set<String> capped = nodes(spec, Replies.text(group.parts.get(13)));
    int at = 0;
    int nextStored = 0;
    int nextInput = 0;
    for (int i = 0; i < flags.length; i++) {
      if (flags[i] != '0') {
        TaskBytes.Entry entry = group.read(i, at);
        Optional<Lease.StoredResult> answer =
            flags[i] == '2'
                ? Optional.of(storedResult(Replies.bytes(stored.get(nextStored++))))
                : Optional.empty();
        leases.add(
            new Lease(
                new LeaseToken(group.number(0), i),
                new Task(
                    new TaskId(spec.id(), entry.item(), lane.node()),
                    lane.service(),
                    entry.key(),
                    entry.input(),
                    host),
                entry.attempts() + 1,
                deadline,
                visibility,
                inputs(lane, inputs, nextInput),
                answer,
                startBefore,
                capped));
        nextInput += lane.inputs().size();
      }
      at += group.lengths[i];
    }
  }

  /** The nodes of these numbers, which commas are between. */
  private static Set<String> nodes(RunSpec spec, String numbers) {
    return numbers.isEmpty()
        ? Set.of()
        : Arrays.stream(numbers.split(",", -1))
            .map(number -> spec.lanes().get(Integer.parseInt(number)).node())
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Until when a start is good that was granted then; a window of none is for ever. */
  private OptionalLong startBefore(Instant granted, long windowMillis) throws InterruptedException {
    return windowMillis == 0
        ? OptionalLong.empty()
        : OptionalLong.of(clock.nanosAt(granted.toEpochMilli() + windowMillis));
  }

  private static Map<String, Payload> inputs(LaneSpec lane, List<?> values, int from) {
    if (lane.isFirst()) {
      return Map.of();
    }
    Map<String, Payload> all = new LinkedHashMap<>();
    for (int i = 0; i < lane.inputs().size(); i++) {
      Object value = values.get(from + i);
      if (value != null) {
        all.put(lane.inputs().get(i), storedResult(Replies.bytes(value)).output());
      }
    }
    return all;
  }

  private static Lease.StoredResult storedResult(byte[] value) {
    if (value.length < 2) {
      throw new PayloadException("a stored result is damaged");
    }
    return new Lease.StoredResult(
        Payload.ofBytes(Arrays.copyOfRange(value, 1, value.length)), value[0] & 0xff);
  }
}
