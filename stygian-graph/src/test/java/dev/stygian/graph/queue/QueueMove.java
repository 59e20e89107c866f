package dev.stygian.graph.queue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/**
 * A call of somebody's, or time that passes, in a {@link QueueSimulation}. Numbers choose among
 * what there is at that moment, modulo how much there is: so every move means something in every
 * state, and a sequence that fails can be made shorter.
 */
public sealed interface QueueMove {

  /** Items of these families are put in; {@code overlap} of those before come again with them. */
  record Submit(int client, int run, int overlap, List<Integer> families, boolean answerable)
      implements QueueMove {}

  /** Tasks are asked for; of any service, where {@code services} is 0, else it is a set of bits. */
  record Ask(int client, int max, int services) implements QueueMove {}

  /** Leases end, together. */
  record Settle(int client, List<Ending> endings) implements QueueMove {}

  /** One lease ends; {@code again} keeps it, to be settled once more when it is not current. */
  record Ending(int lease, How how, boolean again) {}

  /** How a lease ends. */
  enum How {
    COMPLETE,
    CHAIN,
    RETRY,
    RETRY_SOON,
    RETRY_LATE,
    BURY,
    HAND_BACK
  }

  /** The time of a lease is over, and of all with its number. */
  record Expire(int client, int lease) implements QueueMove {}

  record Renew(int client, int from, int count) implements QueueMove {}

  record Pause(int run, boolean pause) implements QueueMove {}

  record Cancel(int client, int run) implements QueueMove {}

  record Close(int client, int run) implements QueueMove {}

  record Replay(int client, int run, int items) implements QueueMove {}

  record Drop(int client, int run, int items) implements QueueMove {}

  /** Results are read from the start, and delivered. */
  record Read(int client, int run, int max) implements QueueMove {}

  /** Sequences of moves that keep a queue busy. */
  static Arbitrary<List<QueueMove>> sequences(int most) {
    Arbitrary<Integer> client = Arbitraries.integers().between(0, 1);
    Arbitrary<Integer> run = Arbitraries.integers().between(0, 2);
    Arbitrary<Integer> index = Arbitraries.integers().between(0, 30);
    Arbitrary<Integer> few = Arbitraries.integers().between(0, 3);
    Arbitrary<List<Integer>> families =
        Arbitraries.integers().between(0, 5).list().ofMinSize(1).ofMaxSize(12);
    Arbitrary<Integer> max = Arbitraries.integers().between(1, 12);
    Arbitrary<Integer> services =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.just(0)), Tuple.of(1, Arbitraries.integers().between(1, 31)));
    Arbitrary<Ending> ending =
        Combinators.combine(index, hows(), Arbitraries.of(true, false, false, false))
            .as(Ending::new);
    return Arbitraries.<QueueMove>frequencyOf(
            Tuple.of(
                4,
                Combinators.combine(client, run, few, families, Arbitraries.of(true, false))
                    .as(Submit::new)),
            Tuple.of(6, Combinators.combine(client, max, services).as(Ask::new)),
            Tuple.of(
                9,
                Combinators.combine(client, ending.list().ofMinSize(1).ofMaxSize(12))
                    .as(Settle::new)),
            Tuple.of(2, Combinators.combine(client, index).as(Expire::new)),
            Tuple.of(1, Combinators.combine(client, index, few).as(Renew::new)),
            Tuple.of(1, Combinators.combine(run, Arbitraries.of(true, false)).as(Pause::new)),
            Tuple.of(1, Combinators.combine(client, rarely(run)).as(Cancel::new)),
            Tuple.of(1, Combinators.combine(client, run).as(Close::new)),
            Tuple.of(2, Combinators.combine(client, run, few).as(Replay::new)),
            Tuple.of(1, Combinators.combine(client, run, few).as(Drop::new)),
            Tuple.of(1, Combinators.combine(client, run, max).as(Read::new)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(most)
        .withSizeDistribution(RandomDistribution.uniform());
  }

  /** A move that ends a run says so of one that is not there, most of the time. */
  private static Arbitrary<Integer> rarely(Arbitrary<Integer> run) {
    return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(-1)), Tuple.of(1, run));
  }

  private static Arbitrary<How> hows() {
    return Arbitraries.frequency(
        Tuple.of(6, How.COMPLETE),
        Tuple.of(2, How.CHAIN),
        Tuple.of(1, How.RETRY),
        Tuple.of(1, How.RETRY_SOON),
        Tuple.of(1, How.RETRY_LATE),
        Tuple.of(1, How.BURY),
        Tuple.of(2, How.HAND_BACK));
  }
}
