/**
 * What sites' robots.txt files allow (RFC 9309), without a connection. Start at {@code
 * RobotsRules}; who fetches the files is {@code services.http}. Imports nothing of ours.
 */
@NullMarked
package dev.stygian.services.robots;

import org.jspecify.annotations.NullMarked;
