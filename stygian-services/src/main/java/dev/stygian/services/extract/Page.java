package dev.stygian.services.extract;

/**
 * A parsed page.
 *
 * @param root what the selectors of the outermost fields start from
 * @param label its URL, or what stands for it in messages
 */
record Page(Match root, BaseUrl base, String label) {}
