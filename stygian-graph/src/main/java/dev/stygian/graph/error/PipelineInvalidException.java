package dev.stygian.graph.error;

import java.util.List;
import java.util.stream.Collectors;

/** A pipeline file with at least one problem; all of them are here, sorted by place. */
public final class PipelineInvalidException extends StygianException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an immutable list of records, serialised by nobody
  private final List<Problem> problems;

  public PipelineInvalidException(List<Problem> problems) {
    super(
        problems.stream().sorted().map(Problem::toString).collect(Collectors.joining("\n")), null);
    this.problems = problems.stream().sorted().toList();
  }

  public List<Problem> problems() {
    return problems;
  }
}
