package dev.stygian.graph.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The short way must lead where the long way leads. */
class AsciiJsonTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final List<String> PLAIN = List.of("", "b", "a", "ab", "url", "text", "a b/?=~ ");
  private static final List<String> OTHERS =
      List.of("\"", "\\", "\n", "\u001f", "\u007f", "é", "\u20ac", "\ufb33", "\ud83d\ude00");

  @Property(tries = 3000)
  void isTheSameAsTheLongWays(@ForAll long seed) {
    Random random = new Random(seed);
    JsonNode value = value(random, 0, random.nextInt(4) == 0);

    assertThat(CanonicalJson.bytes(value)).isEqualTo(CanonicalJson.text(value).getBytes(UTF_8));
    byte[] written = AsciiJson.bytes(value, AsciiJson.Keys.AS_GIVEN, 3, Integer.MAX_VALUE);
    if (written != null) {
      byte[] expected = MAPPER.writeValueAsBytes(value);
      assertThat(Arrays.copyOfRange(written, 3, written.length)).isEqualTo(expected);
      assertThat(AsciiJson.bytes(value, AsciiJson.Keys.AS_GIVEN, 0, expected.length))
          .isEqualTo(expected);
      assertThat(AsciiJson.bytes(value, AsciiJson.Keys.AS_GIVEN, 0, expected.length - 1)).isNull();
    }
  }

  /** Wherever it stands, and whatever stands around it. */
  @Property
  void leavesATextToTheLongWayWhereAnythingIsEscaped(
      @ForAll @StringLength(max = 30) @CharRange(from = ' ', to = '~') String before,
      @ForAll @CharRange(from = 0, to = '\u0180') char one,
      @ForAll @StringLength(max = 30) @CharRange(from = ' ', to = '~') String after) {
    JsonNode value = NODES.stringNode(before + one + after);
    byte[] expected = MAPPER.writeValueAsBytes(value);
    boolean isOther =
        (before + one + after).chars().anyMatch(c -> c < ' ' || c > 0x7f || c == '"' || c == '\\');

    assertThat(AsciiJson.bytes(value, AsciiJson.Keys.SORTED, 0, 100))
        .isEqualTo(isOther ? null : expected);
    assertThat(AsciiJson.text(before + one + after)).isEqualTo(isOther ? null : expected);
    assertThat(CanonicalJson.bytes(value)).isEqualTo(CanonicalJson.text(value).getBytes(UTF_8));
  }

  @Property
  void takesWhatNearlyAllItemsAre(@ForAll long seed) {
    assertThat(shortWay(value(new Random(seed), 0, false))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.0",
        "1e3",
        "-0.0",
        "9223372036854775808",
        "[1,2.5]",
        "\"\\\"\"",
        "{\"\\\\\":1}",
        "{\"a\":\"\\n\"}",
        "\"\\u00e9\"",
        "{\"\\ud83d\\ude00\":1}",
        "\"\\ud800\""
      })
  void leavesOtherFormsToTheLongWay(String json) {
    JsonNode value = MAPPER.readTree(json);

    assertThat(shortWay(value)).isNull();
    assertThat(CanonicalJson.bytes(value)).isEqualTo(CanonicalJson.text(value).getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -0, 9, 10, -1, -10, 99, 100, Long.MAX_VALUE, Long.MIN_VALUE})
  void writesEveryDigit(long number) {
    assertThat(new String(CanonicalJson.bytes(NODES.numberNode(number)), UTF_8))
        .isEqualTo(Long.toString(number));
  }

  private static byte @Nullable [] shortWay(JsonNode value) {
    return AsciiJson.bytes(value, AsciiJson.Keys.SORTED, 0, Integer.MAX_VALUE);
  }

  private static JsonNode value(Random random, int depth, boolean withOthers) {
    return switch (random.nextInt(depth < 3 ? 9 : 7)) {
      case 0, 1 -> NODES.stringNode(text(random, withOthers));
      case 2 -> NODES.numberNode(random.nextInt());
      case 3 -> NODES.numberNode(random.nextLong() >> random.nextInt(64));
      case 4 -> NODES.booleanNode(random.nextBoolean());
      case 5 -> NODES.nullNode();
      case 6 -> withOthers ? NODES.numberNode(random.nextInt(4) / 2.0) : NODES.numberNode(7);
      case 7 -> {
        List<JsonNode> elements = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          elements.add(value(random, depth + 1, withOthers));
        }
        yield NODES.arrayNode().addAll(elements);
      }
      default -> {
        ObjectNode object = NODES.objectNode();
        for (int i = random.nextInt(5); i > 0; i--) {
          object.set(text(random, withOthers), value(random, depth + 1, withOthers));
        }
        yield object;
      }
    };
  }

  private static String text(Random random, boolean withOthers) {
    List<String> from = withOthers && random.nextInt(3) == 0 ? OTHERS : PLAIN;
    return from.get(random.nextInt(from.size()))
        + PLAIN.get(random.nextInt(PLAIN.size()))
        + random.nextInt(30);
  }
}
