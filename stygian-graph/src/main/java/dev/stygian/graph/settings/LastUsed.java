package dev.stygian.graph.settings;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map of bounded size, from which goes what was used longest ago. Not thread-safe. */
public final class LastUsed<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1L;
  private static final float LOAD = 0.75f;

  private final int most;

  /** An empty one that keeps so many entries. */
  public LastUsed(int most) {
    super(16, LOAD, true);
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
