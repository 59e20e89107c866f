package dev.stygian.bench.chaos;

import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Spread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was done to a run and what was found.
 *
 * @param server its version
 * @param seconds from the first process to the last check
 * @param longestStallSeconds after the server's return; empty where it was never away
 * @param inflicted what was done, in the order of its ends
 * @param folder where the files are; empty where they were removed
 */
public record ChaosReport(
    ChaosPlan plan,
    String server,
    double seconds,
    OptionalDouble longestStallSeconds,
    List<Line> lines,
    List<Finding> findings,
    List<Inflicted> inflicted,
    Optional<Path> folder) {
  private static final Column PLANNED = new Column("planned", "planned", 0);
  private static final Column DONE = new Column("done", "done", 0);
  private static final Column STALL =
      new Column("longest_stall_seconds", "longest stall after it, s", 2);

  public ChaosReport {
    lines = List.copyOf(lines);
    findings = List.copyOf(findings);
    inflicted = List.copyOf(inflicted);
  }

  /**
   * One kind of fault.
   *
   * @param stallSeconds the longest time without progress after one; empty where none was measured
   */
  record Line(FaultKind kind, long planned, long done, OptionalDouble stallSeconds) {}

  /** The lines of a table, in the order of the kinds. */
  static List<Line> lines(Schedule schedule, List<Inflicted> inflicted, Stalls stalls) {
    List<Line> lines = new ArrayList<>();
    for (FaultKind kind : FaultKind.values()) {
      lines.add(
          new Line(
              kind,
              schedule.faults().stream().filter(fault -> fault.kind() == kind).count(),
              inflicted.stream().filter(i -> i.hit() && i.fault().kind() == kind).count(),
              stalls.longestSeconds(kind)));
    }
    return lines;
  }

  /** Whether everything holds. */
  public boolean isRight() {
    return findings.stream().allMatch(Finding::isTrue);
  }

  /** A table of what was done, then a line for each thing that has to hold. */
  public String text() {
    List<Row> rows = new ArrayList<>();
    for (Line line : lines) {
      Map<Column, Spread> cells = new LinkedHashMap<>();
      cells.put(PLANNED, Spread.of((double) line.planned()));
      cells.put(DONE, Spread.of((double) line.done()));
      line.stallSeconds().ifPresent(stall -> cells.put(STALL, Spread.of(stall)));
      rows.add(new Row(line.kind().text(), cells));
    }
    String title =
        "the %s trial, %,d items, %,d faults in %,d s, %d workers, %s, %.0f s in all"
            .formatted(
                plan.trial().text(),
                plan.items(),
                plan.faults(),
                plan.seconds(),
                plan.workers(),
                server,
                seconds);
    List<String> notes = new ArrayList<>();
    findings.forEach(finding ->
        notes.add(
            (finding.isTrue() ? "ok     " : "WRONG  ")
                + finding.holds()
                + ": "
                + finding.detail()
                + "."));
    return new CaseReport("chaos", title, rows, List.of()).markdown()
        + "\n"
        + harms()
        + "\n\n"
        + String.join("\n", notes)
        + "\n\nThe same harm again: "
        + plan.command()
        + "\n";
  }

  private long done(FaultKind.Sort sort) {
    return lines.stream().filter(line -> line.kind().sort() == sort).mapToLong(Line::done).sum();
  }

  private String harms() {
    long kills = done(FaultKind.Sort.KILL);
    long pauses = done(FaultKind.Sort.PAUSE);
    long drops = done(FaultKind.Sort.DROP);
    return "Done: %,d kills, %,d pauses and %,d drops of connections, together %,d; and %,d others."
        .formatted(kills, pauses, drops, kills + pauses + drops, done(FaultKind.Sort.OTHER));
  }

  /** All of it as one object. */
  public ObjectNode json() {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("trial", plan.trial().text())
        .put("seed", plan.seed())
        .put("items", plan.items())
        .put("faults", plan.faults())
        .put("seconds", plan.seconds())
        .put("workers", plan.workers())
        .put("slots", plan.slots())
        .put("server", server)
        .put("took_seconds", seconds)
        .put("command", plan.command());
    longestStallSeconds.ifPresent(stall -> all.put("longest_stall_seconds", stall));
    all.put("kills", done(FaultKind.Sort.KILL))
        .put("pauses", done(FaultKind.Sort.PAUSE))
        .put("drops", done(FaultKind.Sort.DROP))
        .put("others", done(FaultKind.Sort.OTHER));
    var kinds = all.putArray("kinds");
    for (Line line : lines) {
      ObjectNode one =
          kinds
              .addObject()
              .put("kind", line.kind().name())
              .put("planned", line.planned())
              .put("done", line.done());
      line.stallSeconds().ifPresent(stall -> one.put("longest_stall_seconds", stall));
    }
    var found = all.putArray("findings");
    findings.forEach(finding ->
        found
            .addObject()
            .put("holds", finding.isTrue())
            .put("what", finding.holds())
            .put("detail", finding.detail()));
    all.put("right", isRight());
    folder.ifPresent(path -> all.put("folder", path.toString()));
    return all;
  }

  /** What was done so far, a line a fault. */
  public String doneSoFar() {
    StringBuilder text = new StringBuilder();
    inflicted.forEach(one -> text.append(one).append('\n'));
    return text.toString();
  }
}
