package dev.stygian.graph.pipeline;

import java.util.List;
import java.util.Optional;

/**
 * The {@code [input]} table; what the command line gives comes instead of {@code urls} and {@code
 * file}.
 *
 * @param urls items given in the file itself
 * @param file one URL or one JSON object a line; a relative path starts at the pipeline's folder
 * @param serve a folder to serve on a free loopback port while the run lasts; relative paths of
 *     items then mean its pages
 */
public record InputSettings(List<String> urls, Optional<String> file, Optional<String> serve) {
  public InputSettings {
    urls = List.copyOf(urls);
  }

  public static InputSettings none() {
    return new InputSettings(List.of(), Optional.empty(), Optional.empty());
  }
}
