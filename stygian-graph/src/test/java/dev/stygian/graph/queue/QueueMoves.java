package dev.stygian.graph.queue;

import dev.stygian.graph.queue.QueueMove.Ending;
import dev.stygian.graph.queue.QueueMove.How;
import dev.stygian.graph.queue.QueueMove.OfWhat;
import dev.stygian.graph.queue.QueueMove.Open;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/**
 * Sequences of moves that keep a queue busy. Each draws first which runs it has, which moves and
 * which ends of leases, some of all: so what it has comes often, and meets itself in states that a
 * mixture of everything hardly reaches (Groce and others, Swarm Testing, 2012).
 */
public final class QueueMoves {
  private static final Arbitrary<Integer> CLIENT = upTo(1);
  private static final Arbitrary<Integer> RUN = upTo(11);
  private static final Arbitrary<Integer> LEASE = upTo(30);
  private static final Arbitrary<Integer> FEW = upTo(3);
  private static final Arbitrary<Integer> FAMILY = upTo(SimulatedWork.MOST_FAMILY);
  private static final Arbitrary<Integer> MOST = upTo(11).map(most -> most + 1);
  private static final Arbitrary<Boolean> EITHER = Arbitraries.of(true, false);

  /** The ends of leases that a sequence may have beside the usual one. */
  private static final List<How> WAYS =
      Stream.of(How.values()).filter(how -> how != How.COMPLETE).toList();

  private QueueMoves() {}

  /**
   * What a sequence has: a bit for each run, kind of move and end of a lease.
   *
   * @param submitters the clients that submit: the first alone, as a run keeps its keys to itself
   *     only then, or all
   */
  private record Taste(int runs, int kinds, int ways, Arbitrary<Integer> submitters) {
    private static <T> List<T> some(List<T> all, int bits) {
      return IntStream.range(0, all.size())
          .filter(i -> (bits >> i & 1) == 1)
          .mapToObj(all::get)
          .toList();
    }
  }

  /** Sequences of at most so many moves, behind those that open runs. */
  public static Arbitrary<List<QueueMove>> sequences(int most) {
    return Combinators.combine(
            Arbitraries.frequencyOf(
                Tuple.of(3, upTo((1 << SimulatedWork.late()) - 2).map(bits -> bits + 1)),
                Tuple.of(1, Arbitraries.just(1 << SimulatedWork.lone()))),
            upTo((1 << rare().size()) - 1),
            upTo((1 << WAYS.size()) - 1),
            Arbitraries.of(Arbitraries.just(0), CLIENT))
        .as(Taste::new)
        .flatMap(taste ->
            some(moves(taste), most)
                .map(moves -> Stream.concat(opens(taste), moves.stream()).toList()));
  }

  private static Stream<QueueMove> opens(Taste taste) {
    List<Integer> all = IntStream.range(0, SimulatedWork.late()).boxed().toList();
    return Taste.some(all, taste.runs).stream().map(number -> new Open(0, number));
  }

  /** Moves of a kind, and how often they come. */
  private static Tuple.Tuple2<Integer, Arbitrary<QueueMove>> often(
      int weight, Arbitrary<? extends QueueMove> moves) {
    return Tuple.of(weight, moves.map(QueueMove.class::cast));
  }

  private static Arbitrary<QueueMove> moves(Taste taste) {
    Arbitrary<How> ways = ways(taste);
    Arbitrary<Integer> services =
        Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(0)), Tuple.of(1, upTo(2047)));
    Arbitrary<Ending> endings =
        Combinators.combine(LEASE, ways, Arbitraries.of(true, false, false, false)).as(Ending::new);
    List<Tuple.Tuple2<Integer, Arbitrary<QueueMove>>> all = new ArrayList<>();
    all.add(
        often(
            10,
            Combinators.combine(taste.submitters, RUN, FEW, some(FAMILY, 12), EITHER)
                .as(QueueMove.Submit::new)));
    all.add(often(9, Combinators.combine(CLIENT, MOST, services, EITHER).as(QueueMove.Ask::new)));
    all.add(often(9, Combinators.combine(CLIENT, MOST, some(ways, 12)).as(QueueMove.Work::new)));
    all.add(often(12, Combinators.combine(CLIENT, some(endings, 12)).as(QueueMove.Settle::new)));
    all.add(
        often(
            2,
            Combinators.combine(
                    CLIENT,
                    Arbitraries.oneOf(
                        upTo(SimulatedWork.late()), Arbitraries.just(SimulatedWork.late())))
                .as(Open::new)));
    all.addAll(Taste.some(rare(), taste.kinds));
    return Arbitraries.frequencyOf(all);
  }

  /** What a sequence may have or not. */
  private static List<Tuple.Tuple2<Integer, Arbitrary<QueueMove>>> rare() {
    return List.of(
        often(2, Combinators.combine(CLIENT, FAMILY).as(QueueMove.Put::new)),
        often(2, CLIENT.map(QueueMove.Take::new)),
        often(8, Combinators.combine(CLIENT, LEASE, some(upTo(9), 6)).as(QueueMove.Find::new)),
        often(6, Combinators.combine(CLIENT, LEASE, FEW, FEW).as(QueueMove.Split::new)),
        often(2, Combinators.combine(CLIENT, LEASE).as(QueueMove.Spend::new)),
        often(6, Combinators.combine(CLIENT, LEASE).as(QueueMove.Expire::new)),
        often(3, Combinators.combine(CLIENT, LEASE, FEW).as(QueueMove.Renew::new)),
        often(3, Combinators.combine(CLIENT, RUN, EITHER).as(QueueMove.Pause::new)),
        often(2, Combinators.combine(CLIENT, RUN, MOST).as(QueueMove.Weigh::new)),
        often(
            6,
            Combinators.combine(
                    CLIENT,
                    Arbitraries.of(OfWhat.class),
                    RUN,
                    LEASE,
                    Arbitraries.of(1, 1, 2, 4, Cap.NONE))
                .as(QueueMove.Bound::new)),
        often(3, Combinators.combine(CLIENT, rarely(RUN)).as(QueueMove.Cancel::new)),
        often(2, Combinators.combine(CLIENT, RUN).as(QueueMove.Close::new)),
        often(6, Combinators.combine(CLIENT, RUN, FEW).as(QueueMove.Replay::new)),
        often(3, Combinators.combine(CLIENT, RUN, FEW).as(QueueMove.Drop::new)),
        often(3, Combinators.combine(CLIENT, RUN, MOST, EITHER).as(QueueMove.Read::new)),
        often(
            2,
            Combinators.combine(CLIENT, FEW, Arbitraries.of(QueueMove.OfNote.class))
                .as(QueueMove.Note::new)),
        often(2, Combinators.combine(CLIENT, RUN).as(QueueMove.Look::new)));
  }

  private static Arbitrary<How> ways(Taste taste) {
    return Arbitraries.frequencyOf(
        Tuple.of(2, Arbitraries.just(How.COMPLETE)),
        Tuple.of(
            3,
            Arbitraries.of(
                Stream.concat(Stream.of(How.COMPLETE), Taste.some(WAYS, taste.ways).stream())
                    .toList())));
  }

  /** A move that ends a run says so of one that is not there, most of the time. */
  private static Arbitrary<Integer> rarely(Arbitrary<Integer> run) {
    return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(-1)), Tuple.of(1, run));
  }

  /** Numbers from 0 on, each as often as the others. */
  private static Arbitrary<Integer> upTo(int most) {
    return Arbitraries.integers().between(0, most).withDistribution(RandomDistribution.uniform());
  }

  /** Lists of any length alike: short ones would leave the queue idle. */
  private static <T> Arbitrary<List<T>> some(Arbitrary<T> of, int most) {
    return of.list()
        .ofMinSize(1)
        .ofMaxSize(most)
        .withSizeDistribution(RandomDistribution.uniform());
  }
}
