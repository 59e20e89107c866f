package dev.stygian.bench.chaos;

import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;
import java.util.function.ToLongFunction;

/** What lies in a queue when its only run is over, and may not. */
final class Leftovers {
  private static final String QUEUE = "stygian:{default}:";

  private final RedisCommands<String, String> server;
  private final Wrongs wrongs = new Wrongs();

  private Leftovers(RedisCommands<String, String> server) {
    this.server = server;
  }

  /** Looks at all that could be left. */
  static Finding find(RedisCommands<String, String> server, PlannedEnds planned) {
    return new Leftovers(server).look(planned);
  }

  private Finding look(PlannedEnds planned) {
    expect("leases", 0, server.hlen(QUEUE + "leases"));
    expect("deadlines", 0, server.zcard(QUEUE + "deadlines"));
    expect("delayed chunks", 0, server.zcard(QUEUE + "delayed"));
    expect("keys in flight", 0, fields(QUEUE + "flight"));
    expect("chunks", 0, fields(QUEUE + "chunks"));
    expect("tasks in lanes", 0, sum("l:*", server::llen));
    expect("parked tasks", 0, sum("p:*", server::llen));
    expect("host lanes with tasks", 0, sum("q:*", server::zcard));
    expect("nodes that rest", 0, server.zcard(QUEUE + "resting"));
    expect("visits that hosts still have", 0, sum("h:*", this::active));
    expect("items that are being split", 0, sum("r:*:parts", this::fields));
    expect("groups of parts", planned.groups(), sum("r:*:join", this::fields));
    return new Finding(
        "Nothing is left behind",
        wrongs.isEmpty(),
        wrongs.detail(
            "no lease, delay, chunk or key in flight, and nothing in a lane"
                + (planned.groups() == 0
                    ? ""
                    : "; %,d groups of parts, of which one is dead".formatted(planned.groups()))));
  }

  private void expect(String what, long planned, long counted) {
    if (planned != counted) {
      wrongs.add("%s %,d instead of %,d".formatted(what, counted, planned));
    }
  }

  /** The queue is that of one run, and the server nobody else's: so all keys are few. */
  private long sum(String pattern, ToLongFunction<String> size) {
    List<String> keys = server.keys(QUEUE + pattern);
    return keys.stream().mapToLong(size).sum();
  }

  /** The field without a name is there for the server's layout. */
  private long fields(String hash) {
    return server.hkeys(hash).stream().filter(name -> !name.isEmpty()).count();
  }

  private long active(String host) {
    String count = server.hget(host, "active");
    return count == null ? 0 : Long.parseLong(count);
  }
}
