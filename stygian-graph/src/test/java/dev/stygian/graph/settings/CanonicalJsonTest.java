package dev.stygian.graph.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CanonicalJsonTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  /** The sample numbers of RFC 8785, appendix B. */
  @ParameterizedTest
  @CsvSource({
    "0000000000000000, 0",
    "8000000000000000, 0",
    "0000000000000001, 5e-324",
    "8000000000000001, -5e-324",
    "7fefffffffffffff, 1.7976931348623157e+308",
    "ffefffffffffffff, -1.7976931348623157e+308",
    "4340000000000000, 9007199254740992",
    "c340000000000000, -9007199254740992",
    "4430000000000000, 295147905179352830000",
    "44b52d02c7e14af5, 9.999999999999997e+22",
    "44b52d02c7e14af6, 1e+23",
    "44b52d02c7e14af7, 1.0000000000000001e+23",
    "444b1ae4d6e2ef4e, 999999999999999700000",
    "444b1ae4d6e2ef4f, 999999999999999900000",
    "444b1ae4d6e2ef50, 1e+21",
    "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d, 0.000001",
    "41b3de4355555553, 333333333.3333332",
    "41b3de4355555554, 333333333.33333325",
    "41b3de4355555555, 333333333.3333333",
    "41b3de4355555556, 333333333.3333334",
    "41b3de4355555557, 333333333.33333343",
    "becbf647612f3696, -0.0000033333333333333333",
    "43143ff3c1cb0959, 1424953923781206.2"
  })
  void writesNumbersAsEcmaScriptDoes(String bits, String expected) {
    double value = Double.longBitsToDouble(HexFormat.fromHexDigitsToLong(bits));
    assertThat(CanonicalJson.number(value)).isEqualTo(expected);
  }

  @Test
  void refusesWhatIsNoNumberInJson() {
    assertThatThrownBy(() -> CanonicalJson.number(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sortsKeysByUtf16CodeUnitsAtEveryDepth() {
    JsonNode value =
        MAPPER.readTree(
            """
            {"\\u20ac": "Euro", "\\r": "CR", "\\ufb33": "Dalet", "1": {"b": [], "a": {}},
             "\\ud83d\\ude00": "Smiley", "\\u0080": "Control", "\\u00f6": "o umlaut"}
            """);
    assertThat(CanonicalJson.text(value))
        .isEqualTo(
            "{\"\\r\":\"CR\",\"1\":{\"a\":{},\"b\":[]},\"\u0080\":\"Control\",\"\u00f6\":\"o"
                + " umlaut\",\"\u20ac\":\"Euro\",\"\ud83d\ude00\":\"Smiley\",\"\ufb33\":\"Dalet\"}");
  }

  @Test
  void escapesOnlyWhatMustBeEscaped() {
    JsonNode value =
        MAPPER.readTree("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"");
    assertThat(CanonicalJson.text(value)).isEqualTo("\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
  }

  @Test
  void keepsHalvesOfSurrogatePairsApart() {
    assertThat(CanonicalJson.text(MAPPER.readTree("[\"\\ud800\",\"\\udc00x\"]")))
        .isEqualTo("[\"\\ud800\",\"\\udc00x\"]");
  }

  @Test
  void keepsEveryDigitOfAWholeNumber() {
    assertThat(CanonicalJson.text(MAPPER.readTree("[9007199254740993, 123456789012345678901]")))
        .isEqualTo("[9007199254740993,123456789012345678901]");
  }

  @Property
  void writesADoubleThatIsReadBackAsItself(@ForAll double value) {
    assertThat(Double.parseDouble(CanonicalJson.number(value)) + 0.0).isEqualTo(value + 0.0);
  }

  @Property
  void isReadBackAsTheSameText(@ForAll String text) {
    JsonNode value = MAPPER.getNodeFactory().stringNode(text);
    assertThat(MAPPER.readTree(CanonicalJson.text(value))).isEqualTo(value);
  }
}
