package dev.stygian.services.split;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import dev.stygian.services.discover.SitemapUrls;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What something is split into, read part by part: none is kept. What is broken ends there; the
 * parts before have been handed on.
 */
sealed interface Parts {
  /** Hands on each part, always the same ones in the same order. */
  void read(PartSink sink) throws InterruptedException, UnsplittableException;

  /** The elements of a list. */
  record Elements(JsonNode list) implements Parts {
    @Override
    public void read(PartSink sink) throws InterruptedException {
      for (JsonNode element : list) {
        sink.take(element);
      }
    }
  }

  /** The elements of a list in a text of JSON. */
  record JsonText(String text, JsonPointer at) implements Parts {
    private static final JsonMapper MAPPER =
        JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS) // the next element follows
            .build();

    @Override
    public void read(PartSink sink) throws InterruptedException, UnsplittableException {
      try (JsonParser parser = MAPPER.createParser(text)) {
        JsonToken first = parser.nextToken();
        for (JsonPointer step = at; first != null && !step.matches(); step = step.tail()) {
          first = enter(parser, first, step);
        }
        if (first != JsonToken.START_ARRAY) {
          throw new UnsplittableException(
              "the text of JSON has no list"
                  + (at.matches()
                      ? "; say with \"at\" where in it the list stands"
                      : " at \"" + at + "\""));
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          JsonNode element = MAPPER.readTree(parser);
          sink.take(element);
        }
      } catch (JacksonException e) {
        throw new UnsplittableException("it is not JSON: " + e.getOriginalMessage());
      }
    }

    /**
     * Goes on to what a step of the pointer names in the current value; null where it is not there.
     */
    private static @Nullable JsonToken enter(
        JsonParser parser, JsonToken current, JsonPointer step) {
      if (current == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          boolean isIt = parser.currentName().equals(step.getMatchingProperty());
          JsonToken value = parser.nextToken();
          if (isIt) {
            return value;
          }
          parser.skipChildren();
        }
      } else if (current == JsonToken.START_ARRAY) {
        JsonToken element = parser.nextToken();
        for (int i = 0; element != JsonToken.END_ARRAY; i++) {
          if (i == step.getMatchingIndex()) {
            return element;
          }
          parser.skipChildren();
          element = parser.nextToken();
        }
      }
      return null;
    }
  }

  /** The lines of a text, each of which is JSON; blank ones are passed over. */
  record JsonLines(String text) implements Parts {
    @Override
    public void read(PartSink sink) throws InterruptedException, UnsplittableException {
      long number = 0;
      for (String line : (Iterable<String>) text.lines()::iterator) {
        number++;
        if (!line.isBlank()) {
          sink.take(parse(line, number));
        }
      }
    }

    private static JsonNode parse(String line, long number) throws UnsplittableException {
      try {
        return Json.parse(line);
      } catch (PayloadException e) {
        throw new UnsplittableException("line " + number + " is " + e.getMessage());
      }
    }
  }

  /** The lines of a text without the blanks around them; blank ones are passed over. */
  record Lines(String text) implements Parts {
    @Override
    public void read(PartSink sink) throws InterruptedException {
      for (String line : (Iterable<String>) text.lines()::iterator) {
        if (!line.isBlank()) {
          sink.take(JsonNodeFactory.instance.stringNode(line.strip()));
        }
      }
    }
  }

  /** The rows of a table whose first row has the names of its columns. */
  record Csv(String text, char separator) implements Parts {
    @Override
    public void read(PartSink sink) throws InterruptedException, UnsplittableException {
      new CsvRows(text, separator).read(sink);
    }
  }

  /**
   * The entries of a sitemap or feed.
   *
   * @param isPacked whether the text is Base64 of bytes
   * @param location where relative URLs start
   */
  record Sitemap(String text, boolean isPacked, Optional<String> location) implements Parts {
    @Override
    public void read(PartSink sink) throws InterruptedException, UnsplittableException {
      Optional<String> fault =
          isPacked
              ? SitemapUrls.read(location, bytes(), sink::take)
              : SitemapUrls.readText(location, text, sink::take);
      if (fault.isPresent()) {
        throw new UnsplittableException("the sitemap cannot be read: " + fault.get());
      }
    }

    private byte[] bytes() throws UnsplittableException {
      try {
        return Base64.getDecoder().decode(text);
      } catch (IllegalArgumentException e) {
        throw new UnsplittableException("it is no Base64: " + e.getMessage());
      }
    }
  }
}
