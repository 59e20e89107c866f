package dev.stygian.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Configures the log when the first logger is asked for, without a file to read: warnings on
 * standard error, more with {@code --verbose}. {@code STYGIAN_LOG} names another level.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
  /** Made by {@link java.util.ServiceLoader}. */
  public LogSetup() {}

  @Override
  public ExecutionStatus configure(LoggerContext logging) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(logging);
    encoder.setPattern(
        Verbosity.isOn()
            ? "%d{HH:mm:ss.SSS} %-5level %logger{20} %msg %kvp%n"
            : "%d{HH:mm:ss} %-5level %msg %kvp%n%nopex");
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(logging);
    console.setName("stderr");
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    Logger root = logging.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(console);
    logging.getLogger("dev.stygian").setLevel(Level.toLevel(System.getenv("STYGIAN_LOG"), ours()));
    // the queue itself says once a minute what its client says at every try
    logging.getLogger("io.lettuce").setLevel(Verbosity.isOn() ? Level.WARN : Level.ERROR);
    // it warns of every line of a site's robots.txt that it does not know
    logging.getLogger("crawlercommons").setLevel(Verbosity.isOn() ? Level.WARN : Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static Level ours() {
    return Verbosity.isOn() ? Level.DEBUG : Level.WARN;
  }
}
