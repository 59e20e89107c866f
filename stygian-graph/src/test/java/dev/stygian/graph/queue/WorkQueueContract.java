package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What every {@link WorkQueue} does. An adapter's test extends this class and hands it queues; the
 * tests are in the interfaces, one for each subject. A test of an invariant carries its number, one
 * of the acceptance list the number of its point (T5 and so on).
 */
public abstract class WorkQueueContract
    implements IntakeContract,
        LeaseContract,
        FlightContract,
        SoleKeysContract,
        CompletionContract,
        FailureContract,
        ProgressContract,
        SettleContract,
        ResultContract,
        RunContract,
        ShareContract,
        CapContract,
        HostContract,
        HostPaceContract,
        ExclusionContract,
        NotesContract,
        EmissionContract,
        PartsContract,
        CollectContract,
        CollectAnyOrderContract,
        ReceiptContract,
        WhyContract,
        SimpleCallsContract,
        ConcurrencyContract {
  private QueueFixture fixture;
  private String name;

  /** Opens a queue; objects of one name share it, and a name that is new is an empty queue. */
  protected abstract WorkQueue newQueue(String queueName);

  /** Makes at least so much time pass for the leases, delays and times to live of all queues. */
  protected abstract void elapse(Duration time);

  /** How many keys a queue has on its server, where it has one. */
  protected OptionalLong keyCount(String queueName) {
    return OptionalLong.empty();
  }

  @BeforeEach
  void openQueue() {
    name = "contract-" + UUID.randomUUID();
    fixture = new QueueFixture(() -> newQueue(name), this::elapse);
  }

  /** Whatever a test does, and wherever it ends, the books of its runs agree. */
  @AfterEach
  void closeQueue() {
    for (RunId run : fixture.ledger().runs()) {
      assertThat(fixture.ledger().receipt(run).discrepancies()).as("receipt of %s", run).isEmpty();
    }
    fixture.close();
  }

  @Override
  public final QueueFixture q() {
    return fixture;
  }

  @Override
  public final OptionalLong keyCount() {
    return keyCount(name);
  }
}
