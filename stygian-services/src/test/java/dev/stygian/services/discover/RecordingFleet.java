package dev.stygian.services.discover;

import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.HostVisit;
import dev.stygian.graph.settings.HostScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A fleet without rules that hands on what was found, each once. */
final class RecordingFleet implements Fleet {
  private final Set<String> known = new HashSet<>();
  private final List<Found> found = new ArrayList<>();

  List<Found> takeFound() {
    List<Found> taken = List.copyOf(found);
    found.clear();
    return taken;
  }

  @Override
  public void found(List<Found> items, long limit) {
    items.stream().filter(item -> known.add(item.identity())).forEach(found::add);
  }

  @Override
  public HostScope scope() {
    return HostScope.HOST;
  }

  @Override
  public boolean obeysRobots() {
    return false;
  }

  @Override
  public Duration patience() {
    return Duration.ofHours(1);
  }

  @Override
  public Optional<String> lane() {
    return Optional.empty();
  }

  @Override
  public boolean mayStart() {
    return true;
  }

  @Override
  public boolean mayGoOn(String host) {
    return true;
  }

  @Override
  public String task() {
    return "run/pages/0";
  }

  @Override
  public void visited(HostVisit visit) {}

  @Override
  public Optional<byte[]> note(String name) {
    return Optional.empty();
  }

  @Override
  public void putNote(String name, byte[] value, Duration ttl) {}

  @Override
  public boolean claim(String name, Duration ttl) {
    return true;
  }

  @Override
  public void forget(String name) {}
}
