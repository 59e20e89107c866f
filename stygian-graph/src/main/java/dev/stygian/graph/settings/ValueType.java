package dev.stygian.graph.settings;

import java.util.List;

/**
 * What a config value may be. The parser checks a file against it; the docs are written from it.
 */
public sealed interface ValueType {
  /** Any string. */
  record Text() implements ValueType {}

  /** A string that stays out of logs and errors; usually {@code "${env:NAME}"}. */
  record SecretText() implements ValueType {}

  /** An absolute http or https URL. */
  record Url() implements ValueType {}

  /** A whole number within bounds, both included. */
  record Whole(long min, long max) implements ValueType {}

  /** A decimal number within bounds, both included. */
  record Decimal(double min, double max) implements ValueType {}

  /** {@code true} or {@code false}. */
  record Flag() implements ValueType {}

  /** A duration such as {@code "10s"}; a bare number counts as seconds. Bounds in milliseconds. */
  record Span(long minMillis, long maxMillis) implements ValueType {}

  /** A size such as {@code "5 MB"}; a bare number counts as bytes. */
  record Bytes(long min, long max) implements ValueType {}

  /** One of a few words. */
  record Choice(List<String> words) implements ValueType {}

  /** An array of values of one type. */
  record ListOf(ValueType element) implements ValueType {}

  /** A table with free keys and values of one type (headers, say). */
  record MapOf(ValueType value) implements ValueType {}

  /** A table with known keys. */
  record Table(ConfigSchema schema) implements ValueType {}

  /** The first of several types that fits (a string or a table, say). */
  record Either(List<ValueType> types) implements ValueType {}

  /** Any JSON value, handed to the service as it is (a JSON Schema, say). */
  record Anything() implements ValueType {}
}
