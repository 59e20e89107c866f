package dev.stygian.graph.pipeline;

import java.util.Locale;

/** The two ways to write a pipeline; both have the same shape. */
public enum PipelineFormat {
  TOML,
  JSON;

  /** JSON for a name that ends in {@code .json}, TOML for every other. */
  public static PipelineFormat of(String fileName) {
    return fileName.toLowerCase(Locale.ROOT).endsWith(".json") ? JSON : TOML;
  }
}
