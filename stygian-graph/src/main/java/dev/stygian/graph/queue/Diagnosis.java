package dev.stygian.graph.queue;

import dev.stygian.graph.queue.Explanation.Verdict;
import dev.stygian.graph.queue.Hold.HostState;
import dev.stygian.graph.queue.RunStatus.NodeCounts;
import dev.stygian.graph.queue.RunStatus.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds in an {@link Observation} what holds a run back. Each thing is looked for by itself, so two
 * that hold back the same tasks are both found; the verdict follows from what is left when all of
 * them are taken together.
 */
final class Diagnosis {
  /** Who was silent for longer counts as gone, as workers do. */
  private static final Duration SILENT = Duration.ofSeconds(15);

  private final Observation seen;
  private final RunStatus status;
  private final Set<String> offered = new HashSet<>();
  private final long slots;
  private final List<Hold> holds = new ArrayList<>();
  private long executing;
  private long silent;
  private boolean isPicked;
  private boolean goesOn;

  Diagnosis(Observation seen) {
    this.seen = seen;
    this.status = seen.status();
    seen.workers().forEach(worker -> offered.addAll(worker.services()));
    this.slots = seen.workers().stream().mapToLong(WorkerInfo::slots).sum();
  }

  Explanation explain() {
    if (status.finished().isPresent()) {
      holds.add(new Hold.Over(status.finished().get()));
      return explanation(Verdict.OVER);
    }
    boolean isCancelled = status.state() == State.CANCELLED;
    if (!isCancelled) {
      lookAtTheRun();
    }
    for (int node = 0; node < status.nodes().size(); node++) {
      lookAtWaiting(node, isCancelled);
    }
    status.nodes().forEach(this::lookAtLeased);
    for (int node = 0; node < status.nodes().size() && !isCancelled; node++) {
      lookAtReady(node);
    }
    boolean isEmpty =
        status.nodes().stream().allMatch(n -> n.waiting() + n.delayed() + n.leased() == 0);
    if (!status.inputClosed() && !isCancelled) {
      lookAtInput(isEmpty);
    }
    return explanation(verdict());
  }

  private Explanation explanation(Verdict verdict) {
    long unseen = seen.nodes().stream().mapToLong(Observation.Node::unseenHosts).sum();
    return new Explanation(
        status.run(),
        status.state(),
        verdict,
        seen.at(),
        holds,
        verdict == Verdict.OVER ? 0 : unseen);
  }

  private Verdict verdict() {
    if (executing > 0 || isPicked) {
      return Verdict.MOVES;
    }
    boolean runsOut = silent > 0 && !seen.workers().isEmpty() && !isPaused();
    return goesOn || runsOut ? Verdict.WAITS : Verdict.STANDS;
  }

  private boolean isPaused() {
    return status.state() == State.PAUSED;
  }

  private boolean isFirst(int node) {
    return seen.spec().lanes().get(node).isFirst();
  }

  private static long unleased(NodeCounts node) {
    return node.waiting() + node.delayed();
  }

  /** Whether nothing of a node is handed out before somebody does something. */
  private boolean stands(int node) {
    return isPaused()
        || !offered.contains(status.nodes().get(node).service())
        || (status.heldBack() && isFirst(node));
  }

  // ---- what concerns the whole run

  private void lookAtTheRun() {
    long waiting = status.nodes().stream().mapToLong(NodeCounts::waiting).sum();
    long left = status.nodes().stream().mapToLong(n -> unleased(n) + n.leased()).sum();
    if (isPaused()) {
      holds.add(new Hold.Paused(waiting));
    }
    if (seen.workers().isEmpty() && left > 0) {
      long unleased = status.nodes().stream().mapToLong(Diagnosis::unleased).sum();
      holds.add(new Hold.NoWorker(unleased));
    }
    if (status.heldBack()) {
      long first = 0;
      for (int node = 0; node < status.nodes().size(); node++) {
        first += isFirst(node) ? status.nodes().get(node).waiting() : 0;
      }
      if (first > 0) {
        holds.add(
            new Hold.ResultsUntaken(status.undeliveredResults(), status.undeliveredBytes(), first));
      }
    }
    if (isRunFull() && waiting > 0) {
      Cap cap = new Cap.OfRun(status.run());
      holds.add(new Hold.AtCap(cap, status.maxLeased(), leasedOfRun(), waiting));
    }
    for (ServiceCap cap : seen.caps()) {
      long ofService =
          status.nodes().stream()
              .filter(node -> node.service().equals(cap.service()))
              .mapToLong(NodeCounts::waiting)
              .sum();
      if (ofService > 0 && cap.leased() >= cap.maxLeased()) {
        Cap of = new Cap.OfService(cap.service());
        holds.add(new Hold.AtCap(of, cap.maxLeased(), cap.leased(), ofService));
      }
    }
  }

  private long leasedOfRun() {
    return status.nodes().stream().mapToLong(NodeCounts::leased).sum();
  }

  private boolean isRunFull() {
    return status.maxLeased() != Cap.NONE && leasedOfRun() >= status.maxLeased();
  }

  private static boolean isNodeFull(NodeCounts node) {
    return node.maxLeased() != Cap.NONE && node.leased() >= node.maxLeased();
  }

  private boolean isServiceFull(String service) {
    return seen.caps().stream()
        .anyMatch(cap -> cap.service().equals(service) && cap.leased() >= cap.maxLeased());
  }

  // ---- what is to come

  /** Who submits to a full queue waits, which nobody should take for one who forgot to go on. */
  private void lookAtInput(boolean isEmpty) {
    Observation.Depth depth = seen.depth();
    if (depth.unfinished() >= Observation.fullFrom(seen.spec(), depth.most())) {
      holds.add(new Hold.QueueFull(depth.unfinished(), depth.most(), depth.largest()));
      boolean othersMove = depth.largest().stream().anyMatch(filling -> !filling.isPaused());
      goesOn |= isEmpty && othersMove && !seen.workers().isEmpty();
    } else if (isEmpty) {
      holds.add(new Hold.InputOpen(status.submitted()));
    }
  }

  // ---- what waits

  private void lookAtWaiting(int number, boolean isCancelled) {
    NodeCounts node = status.nodes().get(number);
    Observation.Node of = seen.nodes().get(number);
    if (unleased(node) == 0) {
      return;
    }
    boolean stands = stands(number);
    goesOn |= isCancelled || !stands;
    if (!isCancelled) {
      if (!seen.workers().isEmpty() && !offered.contains(node.service())) {
        holds.add(new Hold.NoWorkerFor(node.node(), node.service(), unleased(node)));
      }
      if (isNodeFull(node) && node.waiting() > 0) {
        Cap cap = new Cap.OfNode(status.run(), node.node());
        holds.add(new Hold.AtCap(cap, node.maxLeased(), node.leased(), node.waiting()));
      }
      for (Observation.Host host : of.hosts()) {
        lookAtHost(node.node(), host, stands);
      }
    }
    if (of.sameKey() > 0) {
      holds.add(new Hold.SameKey(node.node(), of.sameKey()));
    }
    if (node.delayed() > 0) {
      lookAtDelayed(node, of.delays(), isCancelled);
    }
  }

  /** Tasks that wait for a robots.txt are delayed as well; they are told apart. */
  private void lookAtDelayed(NodeCounts node, List<Observation.Delay> delays, boolean isCancelled) {
    long others = node.delayed();
    List<Instant> due = new ArrayList<>();
    for (Observation.Delay delay : delays) {
      if (isCancelled || delay.robots().isEmpty() || delay.lane().isEmpty()) {
        due.add(delay.nextDue());
        continue;
      }
      HostLane lane = delay.lane().get();
      RobotsNote robots = delay.robots().get();
      Instant givenUp = robots.since().plus(lane.patience());
      HostState state =
          new HostState.RobotsAway(robots.site(), robots.since(), robots.next(), givenUp);
      holds.add(new Hold.AtHost(node.node(), lane.host(), delay.tasks(), delay.mayBeMore(), state));
      others -= delay.tasks();
    }
    if (others > 0) {
      holds.add(new Hold.Delayed(node.node(), others, due.stream().min(Comparator.naturalOrder())));
    }
  }

  private void lookAtHost(String node, Observation.Host host, boolean stands) {
    long waiting = host.tasks() - (host.mayStart() ? startable(host) : 0);
    if (waiting > 0 && !(host.mayStart() && stands)) {
      holds.add(new Hold.AtHost(node, host.lane().host(), waiting, host.mayBeMore(), state(host)));
    }
  }

  /** How many tasks of a lane may start now, of which one may. */
  private static long startable(Observation.Host host) {
    int most = host.lane().concurrency();
    long room = most == 0 ? host.tasks() : most - host.active();
    return Math.min(host.tasks(), host.isBroken() || host.gap().isPositive() ? 1 : room);
  }

  private HostState state(Observation.Host host) {
    HostLane lane = host.lane();
    if (host.isBroken()) {
      Instant givenUp = host.awaySince().plus(lane.patience());
      return new HostState.Broken(host.failures(), host.awaySince(), host.next(), givenUp);
    }
    boolean isWidened = host.gap().compareTo(lane.interval()) > 0;
    if (host.mayStart()) {
      return host.gap().isPositive()
          ? new HostState.Interval(host.gap(), isWidened, seen.at().plus(host.gap()))
          : new HostState.Busy(lane.concurrency(), host.active());
    }
    if (host.next().isEmpty()) {
      return new HostState.Busy(lane.concurrency(), host.active());
    }
    Instant next = host.next().get();
    return host.notBefore().isBefore(next)
        ? new HostState.Interval(host.gap(), isWidened, next)
        : new HostState.AskedToWait(next);
  }

  // ---- what is leased

  private void lookAtLeased(NodeCounts node) {
    List<Observation.Held> ofNode =
        seen.held().stream().filter(held -> held.node().equals(node.node())).toList();
    List<Observation.Held> quiet = ofNode.stream().filter(this::isSilent).toList();
    long quietTasks = quiet.stream().mapToLong(Observation.Held::tasks).sum();
    if (quietTasks > 0) {
      holds.add(
          new Hold.Silent(
              node.node(),
              quietTasks,
              latest(quiet.stream().map(Observation.Held::lastSign).toList()),
              firstDeadline(quiet).orElseThrow()));
    }
    long others = node.leased() - quietTasks;
    if (others > 0) {
      List<Observation.Held> alive = ofNode.stream().filter(held -> !isSilent(held)).toList();
      holds.add(new Hold.Executing(node.node(), others, firstDeadline(alive)));
      executing += others;
    }
    silent += quietTasks;
  }

  /** Whether a lease was renewed less often than a worker does that lives. */
  private boolean isSilent(Observation.Held held) {
    Duration missed =
        Duration.between(held.lastSign(), held.deadline()).multipliedBy(2).dividedBy(3);
    Duration longest = missed.compareTo(SILENT) < 0 ? missed : SILENT;
    return Duration.between(held.lastSign(), seen.at()).compareTo(longest) > 0;
  }

  private static Optional<Instant> firstDeadline(List<Observation.Held> some) {
    return some.stream().map(Observation.Held::deadline).min(Comparator.naturalOrder());
  }

  private static Instant latest(List<Instant> some) {
    return some.stream().max(Comparator.naturalOrder()).orElseThrow();
  }

  // ---- what nothing holds back

  private void lookAtReady(int number) {
    NodeCounts node = status.nodes().get(number);
    if (stands(number) || isRunFull() || isNodeFull(node) || isServiceFull(node.service())) {
      return;
    }
    long ready = seen.nodes().get(number).open();
    for (Observation.Host host : seen.nodes().get(number).hosts()) {
      ready += host.mayStart() ? startable(host) : 0;
    }
    if (ready > 0) {
      Hold.Ready hold = new Hold.Ready(node.node(), node.service(), ready, slots, seen.leased());
      holds.add(hold);
      isPicked |= !hold.isBusy();
    }
  }
}
