package dev.stygian.services.http;

import dev.stygian.graph.item.Spending;
import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.HostVisit;
import dev.stygian.graph.settings.HostScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A fleet as a test wants it, which remembers what was visited; several may share their notes. */
final class FakeFleet implements Fleet {
  /** Notes, and the clock that ends them. */
  static final class SharedNotes {
    final Map<String, byte[]> values = new HashMap<>();
    private final Map<String, Instant> ends = new HashMap<>();
    final Map<String, Set<String>> shelves = new HashMap<>();
    Instant now = Instant.parse("2026-08-01T12:00:00Z");

    void elapse(Duration time) {
      now = now.plus(time);
    }

    private Optional<byte[]> find(String name) {
      return Optional.ofNullable(values.get(name))
          .filter(value -> ends.getOrDefault(name, Instant.MIN).isAfter(now));
    }

    private void put(String name, byte[] value, Duration ttl) {
      values.put(name, value);
      ends.put(name, now.plus(ttl));
    }
  }

  final SharedNotes notes;
  final List<HostVisit> visits = new ArrayList<>();

  /** Hosts that requests were sent to. */
  final List<String> sent = new ArrayList<>();

  /** Hosts that have a pace. */
  final Set<String> paced = new HashSet<>();

  /** Hosts whose robots.txt is not to be had, and what was said of it. */
  final Map<String, String> away = new HashMap<>();

  boolean obeysRobots = true;
  Duration patience = Duration.ofHours(1);
  Optional<String> lane = Optional.empty();

  HostScope scope = HostScope.HOST;

  /** Whether the start is good for one request. */
  boolean startsOnce;

  /** How many requests may go out. */
  int starts = Integer.MAX_VALUE;

  FakeFleet(SharedNotes notes) {
    this.notes = notes;
  }

  /** One that follows no robots.txt. */
  static FakeFleet withoutRobots() {
    FakeFleet fleet = new FakeFleet(new SharedNotes());
    fleet.obeysRobots = false;
    return fleet;
  }

  @Override
  public HostScope scope() {
    return scope;
  }

  @Override
  public boolean obeysRobots() {
    return obeysRobots;
  }

  @Override
  public Duration patience() {
    return patience;
  }

  @Override
  public Optional<String> lane() {
    return lane;
  }

  @Override
  public boolean mayStart() {
    starts--;
    return starts >= 0;
  }

  @Override
  public boolean startsOnce() {
    return startsOnce;
  }

  @Override
  public boolean mayGoOn(Host host) {
    return !paced.contains(host.name()) && !(startsOnce && lane.equals(Optional.of(host.name())));
  }

  /** A lease in a host's lane, whose start is good for one request. */
  void grantOne(String host) {
    lane = Optional.of(host);
    startsOnce = true;
    starts = 1;
  }

  @Override
  public String task() {
    return "run/fetch/0";
  }

  @Override
  public void found(List<Found> items, long limit) {
    throw new AssertionError("a fetch finds no items");
  }

  @Override
  public void emit(List<JsonNode> values) {
    throw new AssertionError("a fetch splits no item");
  }

  @Override
  public void robotsAway(Host host, String site, Instant since, Instant next) {
    away.put(host.name(), site + " since " + since + " until " + next);
  }

  @Override
  public void robotsBack(Host host, String site) {
    away.remove(host.name());
  }

  @Override
  public void spent(Spending spending) {}

  @Override
  public void sent(String host, long nanos) {
    sent.add(host);
  }

  @Override
  public void visited(HostVisit visit) {
    visits.add(visit);
  }

  @Override
  public Optional<byte[]> note(String name) {
    return notes.find(name);
  }

  @Override
  public Optional<byte[]> noteStart(String name, int mostBytes) {
    return note(name).map(value -> Arrays.copyOf(value, Math.min(mostBytes, value.length)));
  }

  @Override
  public boolean putNoteOn(String shelf, long shelfBytes, String name, byte[] value, Duration ttl) {
    notes.ends.remove(name);
    Set<String> names = notes.shelves.computeIfAbsent(shelf, s -> new HashSet<>());
    long lying = names.stream().flatMap(n -> note(n).stream()).mapToLong(n -> n.length).sum();
    if (lying + value.length > shelfBytes) {
      return false;
    }
    names.add(name);
    notes.put(name, value, ttl);
    return true;
  }

  @Override
  public void putNote(String name, byte[] value, Duration ttl) {
    notes.put(name, value, ttl);
  }

  @Override
  public boolean claim(String name, Duration ttl) {
    boolean free = notes.find(name).isEmpty();
    if (free) {
      notes.put(name, new byte[0], ttl);
    }
    return free;
  }

  @Override
  public void forget(String name) {
    notes.ends.remove(name);
  }
}
