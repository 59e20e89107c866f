package dev.stygian.services.discover;

/**
 * Which elements of a page are links.
 *
 * @param next whether {@code link[rel=next]} is, as well as {@code a} and {@code area}; default
 *     true
 * @param frames whether inline frames and those of framesets are; default false
 * @param obeyNofollow whether {@code rel=nofollow} keeps a link, and a {@code meta} of name {@code
 *     robots} with {@code nofollow} or {@code none} all links, from being any; default true
 * @param maxLinks what comes after so many is left out; default 10,000
 */
record LinkSources(boolean next, boolean frames, boolean obeyNofollow, int maxLinks) {
  static final int MAX_LINKS = 10_000;

  LinkSources {
    if (maxLinks < 1) {
      throw new IllegalArgumentException("maxLinks is at least 1, not " + maxLinks);
    }
  }

  static LinkSources defaults() {
    return new LinkSources(true, false, true, MAX_LINKS);
  }
}
