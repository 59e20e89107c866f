package dev.stygian.services.split;

import tools.jackson.databind.JsonNode;

/** Takes the parts of something as they are read. */
@FunctionalInterface
interface PartSink {
  void take(JsonNode value) throws InterruptedException;
}
