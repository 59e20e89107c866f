package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.queue.NodeBooks;
import dev.stygian.graph.queue.Receipt;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.RunStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a run's receipt in one look; but for the digests of found items, where these are many. They
 * are counted some at a time, between two looks at the counter of them.
 */
final class ReceiptReader {
  private static final long NOT_COUNTED = -1;

  private final RedisLink link;

  ReceiptReader(RedisLink link) {
    this.link = link;
  }

  /**
   * The receipt of a run; empty where it is gone.
   *
   * @param live services that live workers offer
   */
  Optional<Receipt> read(OpenRuns.Known run, Set<String> live) throws InterruptedException {
    List<?> reply = link.list(LuaScript.RECEIPT, List.of(number(run.number())));
    if (reply.isEmpty()) {
      return Optional.empty();
    }
    RunSpec spec = run.spec();
    RedisRunLedger.Fields f = new RedisRunLedger.Fields(Replies.fields(reply.get(0)));
    RunStatus status = RedisRunLedger.status(spec, f, live);
    List<NodeBooks> nodes = new ArrayList<>();
    for (int node = 0; node < spec.lanes().size(); node++) {
      nodes.add(books(status.nodes().get(node), node, f));
    }
    return Optional.of(
        new Receipt(
            spec,
            status,
            nodes,
            Replies.number(reply.get(3)),
            f.number("tasks"),
            new Receipt.Letters(
                Replies.number(reply.get(1)), Replies.number(reply.get(2)), f.number("dropped")),
            found(run, f.number("digests"), Replies.number(reply.get(7))),
            new Receipt.Results(
                f.number("results"),
                f.number("given"),
                f.number("held"),
                Replies.number(reply.get(5)),
                Replies.number(reply.get(6)),
                f.number("delivered")),
            VisitBook.spent(Replies.fields(reply.get(4)))));
  }

  private static NodeBooks books(RunStatus.NodeCounts counts, int node, RedisRunLedger.Fields f) {
    return new NodeBooks(
        counts,
        f.number("i" + node),
        f.number("b" + node),
        f.number("j" + node),
        f.number("v" + node),
        f.number("z" + node),
        f.number("s" + node),
        f.number("a" + node),
        f.number("g" + node),
        f.number("o" + node),
        f.values().containsKey("f" + node)
            ? Optional.of(new NodeBooks.Times(f.time("f" + node), f.time("u" + node)))
            : Optional.empty());
  }

  private Receipt.Found found(OpenRuns.Known run, long counted, long digests)
      throws InterruptedException {
    if (digests != NOT_COUNTED) {
      return new Receipt.Found(counted, digests, counted);
    }
    long all = 0;
    long countedThen = counted;
    long bucket = 0;
    do {
      List<?> some = link.list(LuaScript.DIGESTS, List.of(number(run.number()), number(bucket)));
      all += Replies.number(some.get(0));
      bucket = Replies.number(some.get(1));
      countedThen = Replies.number(some.get(2));
    } while (bucket > 0);
    return new Receipt.Found(counted, all, countedThen);
  }

  private static byte[] number(long value) {
    return bytes(Long.toString(value));
  }
}
