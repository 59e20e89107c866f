package dev.stygian.cli.output;

import dev.stygian.graph.engine.ResultLines;
import dev.stygian.graph.engine.ResultSink;
import dev.stygian.graph.error.OutputException;
import dev.stygian.graph.queue.Result;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a command's results go.
 *
 * @param file empty: standard output
 * @param begunBytes how much of the file holds whatever the queue says; for a queue that forgets
 */
public record ResultOutput(Console console, Optional<Path> file, long begunBytes)
    implements ResultSink.Opener {

  /**
   * The output that an option or a pipeline file names.
   *
   * @param name a file's name; empty or {@code -}: standard output
   */
  public static ResultOutput of(Console console, Optional<String> name) {
    Optional<String> file = name.filter(n -> !n.equals("-"));
    file.ifPresent(ResultFormat::require);
    return new ResultOutput(console, file.map(console::path), 0);
  }

  /**
   * Refuses a file that another process writes, before anything is begun whose results it would
   * get. Whoever comes at the same moment is found out by the opening.
   */
  public void requireFree() {
    file.ifPresent(ExactFile::requireFree);
  }

  public ResultOutput begunWith(long bytes) {
    return new ResultOutput(console, file, bytes);
  }

  /** Names this output among the readers of a run. */
  public String reader() {
    return file.map(f -> "file:" + f.toAbsolutePath().normalize()).orElse("stdout");
  }

  @Override
  public ResultSink open(long committedBytes) {
    return file.<ResultSink>map(f -> new FileSink(f, Math.max(committedBytes, begunBytes)))
        .orElseGet(() -> new StreamSink(console));
  }

  private static final class FileSink implements ResultSink {
    private final ExactFile file;
    private final ResultFormat format;
    private boolean begun;

    FileSink(Path path, long committedBytes) {
      this.begun = committedBytes > 0;
      this.file = ExactFile.open(path, committedBytes);
      this.format = ResultFormat.of(path, begun);
    }

    @Override
    public void write(Result result) {
      if (!begun) {
        file.write(format.head(result));
        begun = true;
      }
      file.write(format.line(result));
    }

    @Override
    public long sync() {
      return file.force();
    }

    @Override
    public void close() {
      file.close();
    }
  }

  private record StreamSink(Console console) implements ResultSink {
    @Override
    public void write(Result result) {
      console.outBegins();
      byte[] line = ResultLines.line(result);
      console.out().write(line, 0, line.length);
    }

    @Override
    public long sync() {
      boolean failed = console.out().checkError(); // flushes
      console.outWritten();
      if (failed) {
        throw new OutputException(
            "standard output was closed before all results were out; name a file with -o FILE");
      }
      return 0;
    }

    @Override
    public void close() {
      console.out().flush();
      console.outWritten();
    }
  }
}
