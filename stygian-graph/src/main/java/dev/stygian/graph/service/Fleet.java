package dev.stygian.graph.service;

import dev.stygian.graph.item.Spending;
import dev.stygian.graph.settings.HostScope;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What an execution shares with all others of its queue, wherever they run: how hosts are treated,
 * and small notes. Thread-safe.
 */
public interface Fleet {
  /** What counts as one host. */
  HostScope scope();

  /** Whether robots.txt is followed. */
  boolean obeysRobots();

  /** How long tasks wait for a host that does not answer. */
  Duration patience();

  /** The host in whose lane the task waited, which may be where it goes on. */
  Optional<String> lane();

  /**
   * Whether a request to the lane's host may go out now: to be asked right before each one, when
   * its connection is there. Where it may not, the service returns {@link Outcome.NotNow}.
   */
  boolean mayStart();

  /**
   * Whether the start that was granted is good for one request, as where the lane's host has an
   * interval; else the execution may send several.
   */
  boolean startsOnce();

  /**
   * Whether a further request of the same execution, such as a redirect leads to, may go out at
   * once: not where its host has a pace, as far as that is known here, and not to the lane's host
   * where the start is good for one request. Then the service returns {@link Outcome.Elsewhere}.
   */
  boolean mayGoOn(Host host);

  /** A name that no other task of the queue has, the same at each attempt. */
  String task();

  /**
   * Says that a request to a host is out; what it came to is said by {@link #visited}. So the next
   * start at that host need not wait for an answer that takes long.
   *
   * @param host its {@link Host#name}
   * @param nanos when, by {@link System#nanoTime}
   */
  void sent(String host, long nanos);

  /** Says what a request came to. */
  void visited(HostVisit visit);

  /**
   * Says that a site's robots.txt is not to be had, and so the tasks of its host wait: who asks why
   * they do is told.
   *
   * @param site a scheme, host and port
   * @param since when it could not be had first
   * @param next when it is asked for again
   */
  void robotsAway(Host host, String site, Instant since, Instant next);

  /** Says that a site's robots.txt is to be had; so that nobody is told any more that it is not. */
  void robotsBack(Host host, String site);

  /**
   * Says what the execution used up besides, such as a model's tokens, whatever comes of it. May be
   * called several times; it adds up.
   */
  void spent(Spending spending);

  /**
   * Makes items of what the execution found, each once in the run, before the execution ends. Where
   * they begin is said by {@link ServiceDescriptor#finds}.
   *
   * @param limit how many the node may find under a limit in all, over all workers; 0: these have
   *     none, and do not count
   * @throws InterruptedException where the task is somebody else's by now
   */
  void found(List<Found> items, long limit) throws InterruptedException;

  /**
   * Makes an item of each of these values, for which the nodes behind this one are executed with
   * the value as this node's output: for services that {@link
   * ServiceDescriptor.Finds#FOR_ITS_SUCCESSORS split} their items. To be called with some hundred
   * values at a time, so that none has to hold all of them. Every attempt emits the same values in
   * the same order: those that an earlier one emitted are passed over.
   *
   * @throws InterruptedException where the task is somebody else's by now
   */
  void emit(List<JsonNode> values) throws InterruptedException;

  /** What a process noted under a name; it may be gone at any time. */
  Optional<byte[]> note(String name);

  /** The first bytes of a note, at most so many. */
  Optional<byte[]> noteStart(String name, int mostBytes);

  void putNote(String name, byte[] value, Duration ttl);

  /**
   * Puts a note on a shelf. What lies on one takes at most so many bytes, and nothing is taken off
   * it to make room: a note that finds none is not put, and what stood under its name is gone.
   *
   * @return whether the note was put
   */
  boolean putNoteOn(String shelf, long shelfBytes, String name, byte[] value, Duration ttl);

  /** Whether the caller is the only one to have claimed this name within the time. */
  boolean claim(String name, Duration ttl);

  /** Ends a note, or a claim, before its time. */
  void forget(String name);
}
