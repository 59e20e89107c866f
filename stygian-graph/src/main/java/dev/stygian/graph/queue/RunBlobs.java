package dev.stygian.graph.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.item.BlobName;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.settings.Sha256;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The blobs of a run, and who is the last one to read which. A blob is named here only where its
 * name says that what was read is its one owner: a service that puts out what came in makes an
 * output that is its item's input.
 */
record RunBlobs(RunSpec spec, Mark mark) {
  /**
   * What tells a run from every other one, in few bytes.
   *
   * @param folder the run's in a store
   * @param digest of all that it was opened with
   */
  record Mark(RunId id, String folder, String digest) {}

  static RunBlobs of(RunSpec spec) {
    byte[] digest = Sha256.of(spec.toString().getBytes(UTF_8));
    return new RunBlobs(
        spec, new Mark(spec.id(), BlobFolders.of(spec.id()), HexFormat.of().formatHex(digest)));
  }

  /**
   * Whether blobs of the run may go before it. They may not where the run itself goes within the
   * time that they would be kept for, and where tasks are enqueued by hand: there an item's id may
   * come again.
   */
  boolean mayGoSingly() {
    return spec.limits().retention().compareTo(SpentBlobs.GRACE.multipliedBy(2)) > 0
        && !spec.definition().isEmpty();
  }

  /**
   * The output that nobody needs any more once a lease's task is done: of the one node before it,
   * which is before no other. What several read, or a join, stays.
   */
  List<SpentBlob> readLastBy(Lease lease) {
    List<SpentBlob> found = new ArrayList<>(1);
    TaskId id = lease.task().id();
    List<String> before = lane(id.node()).inputs();
    if (before.size() == 1 && readers(before.getFirst()) == 1) {
      String node = before.getFirst();
      Optional.ofNullable(lease.inputs().get(node))
          .ifPresent(output -> add(output, BlobOwner.ofOutput(id.item(), node), found));
    }
    return found;
  }

  /**
   * What nobody needs any more once nobody can read a result: its output, if no node reads that
   * too, and its input, if the item has no other result and no other task.
   */
  List<SpentBlob> readLastWith(Result result) {
    List<SpentBlob> found = new ArrayList<>(2);
    if (readers(result.node()) == 0) {
      add(result.output(), BlobOwner.ofOutput(result.item(), result.node()), found);
    }
    if (lane(result.node()).ends() == 1 && !spec.wide()) {
      add(result.input(), BlobOwner.ofInput(result.item()), found);
    }
    return found;
  }

  private LaneSpec lane(String node) {
    return spec.lanes().get(spec.laneOf(node));
  }

  /** How many nodes read the output of a node, parts that are collected included. */
  private long readers(String node) {
    return spec.lanes().stream()
        .filter(lane ->
            lane.inputs().contains(node)
                || lane.collecting().source().filter(s -> s.last().equals(node)).isPresent())
        .count();
  }

  private void add(Payload payload, String owner, List<SpentBlob> to) {
    Optional<BlobName> name = payload.blob();
    if (name.isPresent()
        && name.get().owner().equals(Optional.of(owner))
        && name.get().run().equals(mark.folder())) {
      to.add(new SpentBlob(mark, name.get()));
    }
  }
}
