package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.queue.Cap;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.ServiceCap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/** Weights and caps, as {@code include/caps.lua} keeps them. */
final class Caps {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final RedisLink link;
  private final Keys keys;
  private final OpenRuns runs;

  Caps(RedisLink link, Keys keys, OpenRuns runs) {
    this.link = link;
    this.keys = keys;
    this.runs = runs;
  }

  String weigh(RunId run, int weight) throws InterruptedException {
    return set("weight", number(run), "", weight);
  }

  String set(Cap cap, int most) throws InterruptedException {
    return switch (cap) {
      case Cap.OfRun(RunId run) -> set("run", number(run), "", most);
      case Cap.OfNode(RunId run, String node) -> {
        OpenRuns.Known known = runs.known(run);
        String place = String.valueOf(known.spec().laneOf(node));
        yield set("node", String.valueOf(known.number()), place, most);
      }
      case Cap.OfService(String service) -> set("service", "", service, most);
    };
  }

  private String number(RunId run) throws InterruptedException {
    return String.valueOf(runs.known(run).number());
  }

  private String set(String what, String run, String name, int value) throws InterruptedException {
    return link.word(
        LuaScript.SET,
        List.of(bytes(what), bytes(run), bytes(name), bytes(Integer.toString(value))));
  }

  List<ServiceCap> ofServices() throws InterruptedException {
    byte[] caps = link.ask("hget", s -> s.hget(keys.meta(), bytes("caps")));
    if (caps == null) {
      return List.of();
    }
    Map<String, Integer> sorted = new TreeMap<>();
    JSON.readTree(caps)
        .properties()
        .forEach(cap -> sorted.put(cap.getKey(), cap.getValue().intValue()));
    List<ServiceCap> all = new ArrayList<>();
    for (var cap : sorted.entrySet()) {
      if (cap.getValue() != Cap.NONE) {
        byte[] field = bytes("leased:" + cap.getKey());
        byte[] leased = link.ask("hget", s -> s.hget(keys.meta(), field));
        all.add(
            new ServiceCap(
                cap.getKey(), cap.getValue(), leased == null ? 0 : Replies.number(leased)));
      }
    }
    return all;
  }
}
