package dev.stygian.graph.service;

import dev.stygian.graph.item.Spending;
import dev.stygian.graph.settings.HostScope;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A fleet of one execution, which follows no robots.txt and asks nobody. What a test of a service
 * wants to see, it overrides.
 */
public class LoneFleet implements Fleet {
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
    return Duration.ZERO;
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
  public boolean startsOnce() {
    return false;
  }

  @Override
  public boolean mayGoOn(Host host) {
    return true;
  }

  @Override
  public String task() {
    return "";
  }

  @Override
  public void sent(String host, long nanos) {}

  @Override
  public void visited(HostVisit visit) {}

  @Override
  public void robotsAway(Host host, String site, Instant since, Instant next) {}

  @Override
  public void robotsBack(Host host, String site) {}

  @Override
  public void spent(Spending spending) {}

  @Override
  public void found(List<Found> items, long limit) {}

  @Override
  public void emit(List<JsonNode> values) {}

  @Override
  public Optional<byte[]> note(String name) {
    return Optional.empty();
  }

  @Override
  public Optional<byte[]> noteStart(String name, int mostBytes) {
    return Optional.empty();
  }

  @Override
  public boolean putNoteOn(String shelf, long shelfBytes, String name, byte[] value, Duration ttl) {
    return false;
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
