package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.queue.Hold;
import dev.stygian.graph.queue.HostLane;
import dev.stygian.graph.queue.Notes;
import dev.stygian.graph.queue.Observation;
import dev.stygian.graph.queue.RobotsNote;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads what {@code why.lua} sees of a run. */
final class RunObserver {
  private final RedisLink link;
  private final OpenRuns runs;
  private final Notes notes;

  RunObserver(RedisLink link, OpenRuns runs, Notes notes) {
    this.link = link;
    this.runs = runs;
    this.notes = notes;
  }

  Observation observe(RunId id) throws InterruptedException {
    OpenRuns.Known run = runs.known(id);
    long most = run.spec().limits().maxDepth();
    List<?> reply =
        link.list(
            LuaScript.WHY,
            List.of(
                bytes(Long.toString(run.number())),
                bytes(Integer.toString(Observation.MOST_HOSTS)),
                bytes(Long.toString(Observation.fullFrom(run.spec(), most))),
                bytes(Integer.toString(Observation.MOST_FILLING))));
    if (reply.isEmpty()) {
      runs.forget(id);
      throw OpenRuns.unknown(id);
    }
    long now = Replies.number(reply.get(0));
    var fields = new RedisRunLedger.Fields(Replies.fields(reply.get(1)));
    Map<String, byte[]> meta = Replies.fields(reply.get(2));
    Map<String, byte[]> signs = Replies.fields(reply.get(3));
    List<WorkerInfo> workers = Workers.live(signs, now);
    Set<String> services = new HashSet<>();
    workers.forEach(worker -> services.addAll(worker.services()));
    long visibility = Workers.shortestVisibilityMillis(signs, run.spec());
    boolean moreDelayed = isSet(reply.get(6));
    Robots robots = new Robots();
    return new Observation(
        run.spec(),
        RedisRunLedger.status(run.spec(), fields, services),
        Instant.ofEpochMilli(now),
        workers,
        Caps.ofServices(meta),
        Caps.leasedInAll(meta),
        new Observation.Depth(
            new RedisRunLedger.Fields(meta).number("depth"),
            most,
            Replies.list(reply.get(7)).stream().map(of -> filling(Replies.list(of))).toList()),
        Replies.list(reply.get(5)).stream()
            .map(node -> node(Replies.list(node), moreDelayed, robots))
            .toList(),
        Replies.list(reply.get(4)).stream()
            .map(lease -> held(run.spec(), Replies.list(lease), visibility))
            .toList());
  }

  private static Hold.Filling filling(List<?> run) {
    return new Hold.Filling(
        new RunId(Replies.text(run.get(0))),
        Replies.number(run.get(1)),
        Replies.text(run.get(2)).equals("paused"));
  }

  /** A lease is renewed for its visibility; so its deadline tells when that was. */
  private static Observation.Held held(RunSpec run, List<?> lease, long visibilityMillis) {
    Instant deadline = instant(lease.get(2));
    return new Observation.Held(
        run.lanes().get((int) Replies.number(lease.get(0))).node(),
        Replies.number(lease.get(1)),
        deadline.minusMillis(visibilityMillis),
        deadline);
  }

  /** What is noted of hosts' robots.txt files; of so many hosts at most as lanes are looked at. */
  private final class Robots {
    private int left = Observation.MOST_HOSTS;

    Optional<RobotsNote> of(HostLane lane) {
      left--;
      return left < 0
          ? Optional.empty()
          : notes.find(RobotsNote.name(lane.host())).flatMap(RobotsNote::of);
    }
  }

  private static Observation.Delay delay(List<?> delay, boolean mayBeMore, Robots robots) {
    String name = Replies.text(delay.get(0));
    Optional<HostLane> lane =
        name.isEmpty() ? Optional.empty() : Optional.of(HostLaneNames.parse(name));
    return new Observation.Delay(
        lane,
        Replies.number(delay.get(1)),
        mayBeMore,
        instant(delay.get(2)),
        lane.flatMap(robots::of));
  }

  private static Observation.Node node(List<?> node, boolean moreDelayed, Robots robots) {
    return new Observation.Node(
        Replies.number(node.get(0)),
        Replies.number(node.get(1)),
        Replies.list(node.get(2)).stream()
            .map(delay -> delay(Replies.list(delay), moreDelayed, robots))
            .toList(),
        Replies.list(node.get(4)).stream().map(host -> host(Replies.list(host))).toList(),
        Replies.number(node.get(3)));
  }

  private static Observation.Host host(List<?> host) {
    HostLane lane = HostLaneNames.parse(Replies.text(host.get(0)));
    long asked = Replies.number(host.get(6));
    return new Observation.Host(
        lane,
        Replies.number(host.get(1)),
        isSet(host.get(2)),
        isSet(host.get(3)),
        someInstant(host.get(4)),
        instant(host.get(5)),
        Duration.ofMillis(Math.max(lane.interval().toMillis(), asked)),
        Replies.number(host.get(7)),
        isSet(host.get(8)),
        (int) Replies.number(host.get(9)),
        instant(host.get(10)));
  }

  private static boolean isSet(Object flag) {
    return Replies.number(flag) == 1;
  }

  private static Instant instant(Object millis) {
    return Instant.ofEpochMilli(Replies.number(millis));
  }

  private static Optional<Instant> someInstant(Object millis) {
    return Replies.number(millis) < 0 ? Optional.empty() : Optional.of(instant(millis));
  }
}
