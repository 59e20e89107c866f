package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.LeaseToken;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Asks for leases and reads what the script hands out. */
final class Leaser {
  private final RedisLink link;
  private final OpenRuns runs;
  private final String requester = UUID.randomUUID().toString();
  private final AtomicLong sequence = new AtomicLong();

  Leaser(RedisLink link, OpenRuns runs) {
    this.link = link;
    this.runs = runs;
  }

  /** What is there now. */
  List<Lease> lease(LeaseRequest request) throws InterruptedException {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(bytes(Integer.toString(request.max())));
    arguments.add(bytes(Long.toString(request.visibility().toMillis())));
    arguments.add(bytes(requester));
    arguments.add(bytes(Long.toString(sequence.incrementAndGet())));
    request.services().forEach(service -> arguments.add(bytes(service)));
    List<?> groups = link.list(LuaScript.LEASE, arguments);
    List<Lease> leases = new ArrayList<>();
    for (Object group : groups) {
      read(Replies.list(group), request.visibility(), leases);
    }
    return leases;
  }

  private void read(List<?> group, Duration asked, List<Lease> leases) throws InterruptedException {
    long number = Replies.number(group.get(0));
    Optional<OpenRuns.Known> run = runs.read(Replies.number(group.get(1)));
    if (run.isEmpty()) {
      return; // its keys went between the script and now; the lease will run out
    }
    RunSpec spec = run.get().spec();
    LaneSpec lane = spec.lanes().get((int) Replies.number(group.get(2)));
    Duration visibility = spec.limits().visibilityOr(asked);
    Instant deadline = Instant.ofEpochMilli(Replies.number(group.get(3)));
    ByteBuffer lengths =
        ByteBuffer.wrap(Replies.bytes(group.get(4))).order(ByteOrder.LITTLE_ENDIAN);
    byte[] records = Replies.bytes(group.get(5));
    String flags = Replies.text(group.get(6));
    List<?> stored = Replies.list(group.get(7));
    List<?> inputs = Replies.list(group.get(8));
    int at = 0;
    int nextStored = 0;
    int nextInput = 0;
    for (int i = 0; i < flags.length(); i++) {
      int length = lengths.getInt();
      if (flags.charAt(i) != '0') {
        TaskBytes.Entry entry = TaskBytes.read(records, at, length);
        Optional<Lease.StoredResult> answer =
            flags.charAt(i) == '2'
                ? Optional.of(storedResult(Replies.bytes(stored.get(nextStored++))))
                : Optional.empty();
        leases.add(
            new Lease(
                new LeaseToken(number, i),
                new Task(
                    new TaskId(spec.id(), entry.item(), lane.node()),
                    lane.service(),
                    entry.key(),
                    entry.input()),
                entry.attempts() + 1,
                deadline,
                visibility,
                inputs(lane, inputs, nextInput),
                answer));
        nextInput += lane.inputs().size();
      }
      at += length;
    }
  }

  private static Map<String, Payload> inputs(LaneSpec lane, List<?> values, int from) {
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
