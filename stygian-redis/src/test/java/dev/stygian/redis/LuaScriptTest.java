package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a script uses of its modules is there: Lua itself would say so only where it comes to it.
 */
final class LuaScriptTest {
  private static final Pattern MODULE = Pattern.compile("(?m)^local ([A-Z]\\w+) = \\{}$");
  private static final Pattern OPERATION = Pattern.compile("(?s).*end (?:fill|later)\\([^\\n]*\\n");
  private static final Pattern USED = Pattern.compile("(?<![\\w.'])([A-Z][a-z]+)\\.(\\w+)");
  private static final Pattern GIVEN =
      Pattern.compile(
          "(?m)^ *(?:function ((?:[A-Z][a-z]+)\\.\\w+)\\(|((?:[A-Z][a-z]+\\.\\w+,? ?)+) = )");

  private static String textOf(LuaScript script) {
    return new String(script.text(), StandardCharsets.UTF_8);
  }

  private static Set<String> modulesOf(String text) {
    return MODULE
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @EnumSource(LuaScript.class)
  void modulesGiveWhatIsUsedOfThem(LuaScript script) {
    String text = textOf(script);
    Set<String> modules = modulesOf(text);
    Set<String> given = new TreeSet<>();
    Matcher definitions = GIVEN.matcher(text);
    while (definitions.find()) {
      String names = definitions.group(1) == null ? definitions.group(2) : definitions.group(1);
      given.addAll(Set.of(names.split(", ", -1)));
    }
    Set<String> used = new TreeSet<>();
    USED.matcher(text)
        .results()
        .filter(use -> modules.contains(use.group(1)))
        .forEach(use -> used.add(use.group()));
    assertThat(given).containsAll(used);
  }

  @ParameterizedTest
  @EnumSource(LuaScript.class)
  void operationsUseTheModulesThatTheyInclude(LuaScript script) {
    String text = textOf(script);
    Set<String> used = new TreeSet<>();
    String operation = OPERATION.matcher(text).replaceFirst("");
    USED.matcher(operation).results().forEach(use -> used.add(use.group(1)));
    assertThat(modulesOf(text)).containsAll(used);
  }
}
