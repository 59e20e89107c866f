package dev.stygian.services.discover;

/** Why a link is not followed. */
enum SkipReason {
  NO_URL("is no valid URL"),
  OTHER_SCHEME("is neither http nor https"),
  TOO_LONG("is longer than URLs may be"),
  TOO_DEEP("is more links away from the start than max_depth"),
  OUT_OF_SCOPE("is outside of the scope"),
  NO_PAGE("has an extension that pages do not have"),
  DENIED("matches a pattern of deny"),
  NOT_ALLOWED("matches no pattern of allow"),
  PATTERN_TOO_COSTLY("made a pattern of allow or deny take too many steps"),
  DEEP_PATH("has more path segments than pages have"),
  REPEATED_SEGMENTS("repeats segments of its path"),
  PATTERN_FULL("differs from too many others only by numbers"),
  QUERIES_FULL("differs from too many others only by its query");

  private final String sentence;

  SkipReason(String sentence) {
    this.sentence = sentence;
  }

  /** What is wrong with the link, to be read behind it: {@code "is no valid URL"}. */
  String sentence() {
    return sentence;
  }
}
