package dev.stygian.cli.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.ConfigKey;
import dev.stygian.graph.settings.Spans;
import dev.stygian.graph.settings.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** The pages of the services name every config key with its default, and no other keys. */
final class ServicePagesTest {
  private static final Pattern KEY_ROW = Pattern.compile("(?m)^\\| `([a-z_]+)` \\|(.*)$");
  private static final Pattern SERVICE_ROW =
      Pattern.compile("(?m)^\\| \\[`([a-z_]+)`]\\((\\S+)\\) \\|(.*)$");

  /** Where a service's keys are, if not on a page of its own; the section that they stand in. */
  private static final Map<String, String> SHARED_PAGES =
      Map.of("noop", "basic.md", "delay", "basic.md");

  private static ServiceRegistry registry() {
    return ServiceRegistry.defaultWithEnv();
  }

  @TestFactory
  List<DynamicTest> everyKeyOfEveryServiceIsDocumentedWithItsDefault() {
    List<DynamicTest> tests = new ArrayList<>();
    try (ServiceRegistry registry = registry()) {
      for (String name : registry.names()) {
        ServiceDescriptor service = registry.service(name).descriptor();
        tests.add(dynamicTest(name, () -> check(service, section(service))));
      }
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(5);
    return tests;
  }

  @Test
  void theOverviewListsEveryServiceWithItsAliases() {
    List<MatchResult> rows =
        SERVICE_ROW.matcher(Document.of("docs/services/README.md").text()).results().toList();
    Set<String> listed = new TreeSet<>();
    try (ServiceRegistry registry = registry()) {
      for (MatchResult row : rows) {
        listed.add(row.group(1));
        ScrapingService service = registry.service(row.group(1));
        assertThat(service.descriptor().aliases())
            .allSatisfy(alias -> assertThat(row.group(3)).contains("`" + alias + "`"));
      }
      assertThat(listed).isEqualTo(registry.names());
    }
  }

  private static void check(ServiceDescriptor service, String section) {
    Map<String, String> rows = new java.util.TreeMap<>();
    KEY_ROW.matcher(section).results().forEach(row -> rows.put(row.group(1), row.group(2)));
    List<String> wrong = new ArrayList<>();
    for (ConfigKey key : service.config().keys()) {
      if (isHttpKey(service, key)) {
        assertThat(section).contains("all keys of [`http`](http.md#config), with its defaults");
        continue;
      }
      String row = rows.getOrDefault(key.name(), "");
      if (row.isEmpty()) {
        wrong.add("no row for " + key.name());
      } else if (key.defaultValue().filter(value -> !isIn(row, key.type(), value)).isPresent()) {
        wrong.add("the default of " + key.name() + " is " + key.defaultValue().get());
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Whether a key is one that a service takes over from {@code http} as it is. */
  private static boolean isHttpKey(ServiceDescriptor service, ConfigKey key) {
    try (ServiceRegistry registry = registry()) {
      return service.name().equals("crawl")
          && registry.service("http").descriptor().config().keys().contains(key);
    }
  }

  /** A service's page, or its part of a page. */
  private static String section(ServiceDescriptor service) {
    String name = service.name();
    Optional<String> shared = Optional.ofNullable(SHARED_PAGES.get(name));
    String page = Document.of("docs/services/" + shared.orElse(name + ".md")).text();
    if (shared.isEmpty()) {
      return page;
    }
    int begin = page.indexOf("\n## " + name + "\n");
    assertThat(begin).as("a section on " + name).isNotNegative();
    int end = page.indexOf("\n## ", begin + 1);
    return page.substring(begin, end < 0 ? page.length() : end);
  }

  /** Whether a cell is the default, in the code's own spelling or in another of the same value. */
  private static boolean isIn(String row, ValueType type, JsonNode value) {
    return Arrays.stream(row.split("\\|", -1))
        .map(cell -> cell.strip().replaceAll("[`\"]", ""))
        .anyMatch(shown -> isSame(shown, type, value));
  }

  private static boolean isSame(String shown, ValueType type, JsonNode value) {
    if (shown.equals(value.asString(value.toString()))) {
      return true;
    }
    try {
      return switch (type) {
        case ValueType.Bytes _ ->
            Spans.bytes(shown)
                == (value.isNumber() ? value.asLong() : Spans.bytes(value.asString()));
        case ValueType.Span _ -> Spans.duration(shown).equals(Spans.duration(value.asString()));
        default -> false;
      };
    } catch (dev.stygian.graph.error.SettingInvalidException _) {
      return false;
    }
  }
}
