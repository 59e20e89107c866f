package dev.stygian.graph.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.PayloadException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

final class PayloadTest {
  /** From short to what is compressed, with what the short way of writing cannot write. */
  @ParameterizedTest
  @ValueSource(strings = {"", "http://host/", "\"\\\n", "\u00e9", "\ud83d\ude00"})
  void isWrittenAsItsJsonIs(String text) {
    for (int times : new int[] {1, 300, 2_000, 5_000}) {
      var node = JsonNodeFactory.instance.objectNode().put("b", text.repeat(times)).put("a", 1);
      Payload payload = Payload.of(node);

      assertThat(payload).isEqualTo(Payload.ofJson(Json.bytes(node)));
      assertThat(payload.decode()).isEqualTo(node);
    }
  }

  @Test
  void aStretchOfBytesIsAsGoodAsAllOfThem() {
    for (String text : new String[] {"short", "long".repeat(1_000)}) {
      Payload whole = Payload.of(JsonNodeFactory.instance.stringNode(text));
      byte[] around = new byte[whole.size() + 7];
      Arrays.fill(around, (byte) 'x');
      whole.copyTo(around, 3);
      Payload stretch = Payload.ofBytes(around, 3, whole.size());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      stretch.writeJson(out);

      assertThat(stretch).isEqualTo(whole).hasSameHashCodeAs(whole).hasToString(whole.toString());
      assertThat(stretch.bytes()).isEqualTo(whole.bytes());
      assertThat(stretch.decode()).isEqualTo(whole.decode());
      assertThat(stretch.json()).isEqualTo(whole.json());
      assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo('"' + text + '"');
      assertThat(stretch).isNotEqualTo(Payload.ofBytes(around, 2, whole.size()));
    }
  }

  @Test
  void whatIsOfNoKnownFormIsRefused() {
    byte[] bytes = "j1?2".getBytes(StandardCharsets.UTF_8);

    assertThat(Payload.ofBytes(bytes, 0, 2).decode().asInt()).isEqualTo(1);
    assertThatThrownBy(Payload.ofBytes(bytes, 2, 2)::json).isInstanceOf(PayloadException.class);
    assertThatThrownBy(Payload.ofBytes(bytes, 1, 0)::json).isInstanceOf(PayloadException.class);
    assertThatThrownBy(() -> Payload.ofBytes(bytes, 3, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
