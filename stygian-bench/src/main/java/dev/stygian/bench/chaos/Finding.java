package dev.stygian.bench.chaos;

/**
 * Something that must hold after a run, and whether it does.
 *
 * @param holds what must hold, as a sentence
 * @param detail the figures, or what is wrong
 */
record Finding(String holds, boolean isTrue, String detail) {}
