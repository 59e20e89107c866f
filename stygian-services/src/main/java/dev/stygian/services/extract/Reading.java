package dev.stygian.services.extract;

import tools.jackson.databind.JsonNode;

/** What one match gave for a field. */
sealed interface Reading {
  record Value(JsonNode json) implements Reading {}

  /**
   * Nothing was there.
   *
   * @param why continues "the field is required, but …"
   */
  record Missing(String why) implements Reading {}

  /** Something was there that is not of the field's type. */
  record Unfit(String text) implements Reading {}
}
