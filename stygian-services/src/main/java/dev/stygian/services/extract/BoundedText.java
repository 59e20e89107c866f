package dev.stygian.services.extract;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text that a regex may read only so often: a pattern that backtracks without end would hold its
 * thread past every timeout, as matching cannot be interrupted.
 */
public final class BoundedText implements CharSequence {
  static final int MAX_STEPS = 10_000_000;

  private final String text;
  private int steps;

  private BoundedText(String text) {
    this.text = text;
  }

  /** A regex gave up on a text. */
  public static final class TooManyStepsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyStepsException() {
      super("the regex took more than " + MAX_STEPS + " steps", null, false, false);
    }
  }

  /**
   * The first group of the first match, or the whole match where the pattern has no group.
   *
   * @throws TooManyStepsException where the pattern backtracks too much or recurses too deeply
   */
  static Optional<String> find(Pattern pattern, String text) {
    try {
      Matcher matcher = pattern.matcher(new BoundedText(text));
      return matcher.find()
          ? Optional.ofNullable(matcher.group(matcher.groupCount() == 0 ? 0 : 1))
          : Optional.empty();
    } catch (StackOverflowError _) {
      // java.util.regex recurses for each turn of a repeated group; the stack is whole again here
      throw new TooManyStepsException();
    }
  }

  /**
   * Whether a pattern matches anywhere in a text.
   *
   * @throws TooManyStepsException where the pattern backtracks too much or recurses too deeply
   */
  public static boolean contains(Pattern pattern, String text) {
    try {
      return pattern.matcher(new BoundedText(text)).find();
    } catch (StackOverflowError _) {
      throw new TooManyStepsException();
    }
  }

  @Override
  public char charAt(int index) {
    if (++steps > MAX_STEPS) {
      throw new TooManyStepsException();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
