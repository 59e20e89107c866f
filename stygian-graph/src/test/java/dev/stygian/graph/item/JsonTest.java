package dev.stygian.graph.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.settings.AsciiJson;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

final class JsonTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  /** Texts that need no escape take a short way; it must not lead elsewhere. */
  @Property
  void aTextIsWrittenAndReadAsTheMapperDoes(
      @ForAll @StringLength(max = 12) @CharRange(from = '\u0001', to = '\u00ff') String text) {
    JsonNode node = JsonNodeFactory.instance.stringNode(text);
    byte[] expected = MAPPER.writeValueAsBytes(node);

    assertThat(Json.bytes(node)).isEqualTo(expected);
    assertThat(Json.parse(expected)).isEqualTo(node);
    assertThat(Payload.of(node).decode()).isEqualTo(node);
    byte[] plain = AsciiJson.text(text);
    if (plain != null) {
      assertThat(plain).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"", "\"a", "a\"", "\"a\"b\"", "\"a\nb\"", "\"\\\"", "\"a\" \"b\""})
  void whatIsNoTextIsRefused(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> Json.parse(bytes)).isInstanceOf(PayloadException.class);
  }

  @Test
  void aPayloadWritesItsTextWhetherItIsCompressedOrNot() {
    for (String text : new String[] {"http://host/", "a".repeat(5_000)}) {
      Payload payload = Payload.of(JsonNodeFactory.instance.stringNode(text));
      ByteArrayOutputStream out = new ByteArrayOutputStream();

      payload.writeJson(out);

      assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo('"' + text + '"');
    }
  }
}
