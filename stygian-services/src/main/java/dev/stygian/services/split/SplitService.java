package dev.stygian.services.split;

import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Makes an item of each element of a list, or of a text that holds one: the nodes behind it are
 * executed for these. {@code docs/services/split.md} is its reference.
 */
public final class SplitService implements ScrapingService {
  /** What goes to the queue together; the rest of the list is read when that is there. */
  private static final int MOST_AT_ONCE = 200;

  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          "split",
          List.of("fan_out"),
          "makes an item of each element of a list",
          SplitSettings.SCHEMA,
          ServiceDescriptor.Work.COMPUTES,
          ServiceDescriptor.Finds.FOR_ITS_SUCCESSORS);

  @Override
  public ServiceDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Outcome execute(ServiceCall call) throws InterruptedException {
    Batch batch = new Batch(call.fleet());
    try {
      SplitSettings.of(call.config()).parts(call.given()).read(batch);
      batch.emit();
      return new Outcome.Became();
    } catch (UnsplittableException e) {
      batch.emit(); // what stands before that place
      return Outcome.permanent(e.getMessage());
    }
  }

  /** Gathers values until it pays to emit them. */
  private static final class Batch implements PartSink {
    private final Fleet fleet;
    private final List<JsonNode> values = new ArrayList<>();

    Batch(Fleet fleet) {
      this.fleet = fleet;
    }

    @Override
    public void take(JsonNode value) throws InterruptedException {
      values.add(value);
      if (values.size() == MOST_AT_ONCE) {
        emit();
      }
    }

    void emit() throws InterruptedException {
      if (!values.isEmpty()) {
        fleet.emit(List.copyOf(values));
        values.clear();
      }
    }
  }
}
