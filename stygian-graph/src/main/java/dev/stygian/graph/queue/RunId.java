package dev.stygian.graph.queue;

/**
 * Names one run in a queue: any text of 1 to 1,024 characters without control characters.
 *
 * @param value as the user gave it or as it was made up
 */
public record RunId(String value) {
  public RunId {
    if (value.isEmpty()
        || value.length() > 1024
        || value.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a run's id has 1 to 1024 characters, none of them a control character");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
