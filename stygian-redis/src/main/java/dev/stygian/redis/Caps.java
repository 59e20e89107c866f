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

  /** Before the name of a service: how many of its tasks are leased. */
  private static final String LEASED = "leased:";

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
    return ofServices(OpenRuns.texts(link.ask("hgetall", s -> s.hgetall(keys.meta()))));
  }

  /** The caps of services that stand among the fields of {@code meta}. */
  static List<ServiceCap> ofServices(Map<String, byte[]> meta) {
    byte[] caps = meta.get("caps");
    if (caps == null) {
      return List.of();
    }
    Map<String, Integer> sorted = new TreeMap<>();
    JSON.readTree(caps)
        .properties()
        .forEach(cap -> sorted.put(cap.getKey(), cap.getValue().intValue()));
    List<ServiceCap> all = new ArrayList<>();
    sorted.forEach((service, most) -> {
      if (most != Cap.NONE) {
        byte[] leased = meta.get(LEASED + service);
        all.add(new ServiceCap(service, most, leased == null ? 0 : Replies.number(leased)));
      }
    });
    return all;
  }

  /** How many tasks of all services are leased, likewise. */
  static long leasedInAll(Map<String, byte[]> meta) {
    return meta.entrySet().stream()
        .filter(field -> field.getKey().startsWith(LEASED))
        .mapToLong(field -> Replies.number(field.getValue()))
        .sum();
  }
}
