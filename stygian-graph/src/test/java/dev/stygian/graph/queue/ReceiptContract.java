package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What became of every item of a run adds up, whatever became of it. */
interface ReceiptContract extends Contract {

  @Test
  default void a_receipt_adds_up_at_each_step() throws Exception {
    RunSpec run = q().open(Specs.chain("r").maxAttempts(2));
    q().submit(run, "done", "dead", "excluded", "waits", "delayed", "dropped");
    addsUp(run);
    List<Lease> leases = q().leaseUpTo(6);
    addsUp(run);
    q().finish(leases.get(0));
    q().bury(leases.get(1), "broken");
    q().queue.nack(nack(leases.get(2), new Nack.Verdict.Exclude("by rule")));
    q().queue.nack(nack(leases.get(3), new Nack.Verdict.HandBack()));
    q().fail(leases.get(4), "later", Duration.ofHours(1));
    q().bury(leases.get(5), "broken");
    q().ledger().drop(run.id(), Set.of("dropped"));
    q().queue
        .emit(
            q().leaseOne("A"),
            List.of(new Emission("found", Specs.text("found"), Specs.item(run, "found").first())),
            0);

    Receipt receipt = addsUp(run);

    assertThat(receipt.items()).isEqualTo(7);
    assertThat(receipt.status().dead()).isEqualTo(2);
    assertThat(receipt.deadLetters()).isEqualTo(1);
    assertThat(receipt.dropped()).isEqualTo(1);
    assertThat(receipt.excludedLetters()).isEqualTo(1);
    q().queue.closeInput(run.id());
    q().ledger().cancel(run.id());
    assertThat(addsUp(run).status().cancelled()).isGreaterThan(0);
  }

  @Test
  default void a_receipt_adds_up_after_replays() throws Exception {
    RunSpec run = q().submitted(Specs.single("r"), "x", "y");
    q().bury(q().leaseOne(), "broken");
    q().queue.nack(nack(q().leaseOne(), new Nack.Verdict.Exclude("by rule")));
    q().ledger().replay(run.id(), Set.of("x", "y"));
    addsUp(run);

    q().finishAll();

    assertThat(addsUp(run).status().done()).isEqualTo(2);
  }

  private Receipt addsUp(RunSpec run) {
    Receipt receipt = q().ledger().receipt(run.id());
    assertThat(receipt.discrepancies()).isEmpty();
    return receipt;
  }

  private static Nack nack(Lease lease, Nack.Verdict verdict) {
    return new Nack(lease, List.of(), lease.task(), lease.attempt(), verdict);
  }
}
