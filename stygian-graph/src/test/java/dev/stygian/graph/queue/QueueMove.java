package dev.stygian.graph.queue;

import java.util.List;

/**
 * A call of somebody's, or time that passes, in a {@link QueueSimulation}. Numbers choose among
 * what there is at that moment, modulo how much there is: so every move means something in every
 * state, and a sequence that fails can be made shorter.
 */
public sealed interface QueueMove {

  /** A run of the pipeline of this number begins, or is opened once more. */
  record Open(int client, int pipeline) implements QueueMove {}

  /** Items of these families are put in; {@code overlap} of those before come again with them. */
  record Submit(int client, int run, int overlap, List<Integer> families, boolean answerable)
      implements QueueMove {}

  /** One task is put in by hand. */
  record Put(int client, int family) implements QueueMove {}

  /**
   * Tasks are asked for; of any service, where {@code services} is 0, else it is a set of bits.
   *
   * @param visits whether those that visit hosts do so at once, and say so
   */
  record Ask(int client, int max, int services, boolean visits) implements QueueMove {}

  /** Tasks are asked for and end at once, one after another in these ways. */
  record Work(int client, int max, List<How> ways) implements QueueMove {}

  /** One task is taken by hand. */
  record Take(int client) implements QueueMove {}

  /** Leases end, together. */
  record Settle(int client, List<Ending> endings) implements QueueMove {}

  /** One lease ends; {@code again} keeps it, to be settled once more when it is not current. */
  record Ending(int lease, How how, boolean again) {}

  /** How a lease ends. */
  enum How {
    COMPLETE,
    /** With the node that alone follows, if one does. */
    CHAIN,
    /** The same, and the first node's output is written nowhere. */
    CHAIN_PASSED,
    /** The same, and the second node fails. */
    CHAIN_RETRY,
    RETRY,
    RETRY_SOON,
    RETRY_LATE,
    BURY,
    EXCLUDE,
    HAND_BACK,
    HAND_BACK_SOON,
    /** A host was not visited, and another task may. */
    HAND_BACK_UNUSED,
    /** The same, and it need not be visited. */
    HAND_BACK_ELSEWHERE
  }

  /** The execution under a lease finds items of these numbers. */
  record Find(int client, int lease, List<Integer> numbers) implements QueueMove {}

  /** The execution under a lease splits its item, and emits some of the parts. */
  record Split(int client, int lease, int from, int parts) implements QueueMove {}

  /** The execution under a lease uses up something outside. */
  record Spend(int client, int lease) implements QueueMove {}

  /** The time of a lease is over, and of all with its number. */
  record Expire(int client, int lease) implements QueueMove {}

  record Renew(int client, int from, int count) implements QueueMove {}

  record Pause(int client, int run, boolean pause) implements QueueMove {}

  record Weigh(int client, int run, int weight) implements QueueMove {}

  /** A bound on what is leased at once of a run, a node or a service. */
  record Bound(int client, OfWhat what, int run, int node, int most) implements QueueMove {}

  /** What is bounded. */
  enum OfWhat {
    RUN,
    NODE,
    SERVICE
  }

  record Cancel(int client, int run) implements QueueMove {}

  record Close(int client, int run) implements QueueMove {}

  record Replay(int client, int run, int items) implements QueueMove {}

  record Drop(int client, int run, int items) implements QueueMove {}

  /**
   * Results are read on, and delivered.
   *
   * @param trims whether nothing is kept of what is delivered
   */
  record Read(int client, int run, int max, boolean trims) implements QueueMove {}

  /** Clients tell each other something under a name, which all of them find then. */
  record Note(int client, int name, OfNote what) implements QueueMove {}

  /** What is done with a note. */
  enum OfNote {
    PUT,
    CLAIM,
    FORGET
  }

  /** Somebody looks at all that can be seen of a run. */
  record Look(int client, int run) implements QueueMove {}
}
