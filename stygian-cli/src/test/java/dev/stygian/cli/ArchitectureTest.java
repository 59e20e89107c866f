package dev.stygian.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** Which package may import which; held here because this module sees all the others. */
@AnalyzeClasses(packages = "dev.stygian", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
  @ArchTest static final ArchRule errorsImportNothingOfOurs = only("graph.error");

  @ArchTest static final ArchRule settingsImportErrors = only("graph.settings", "graph.error");

  @ArchTest
  static final ArchRule itemsImportSettings = only("graph.item", "graph.settings", "graph.error");

  @ArchTest
  static final ArchRule pipelinesImportSettings =
      only("graph.pipeline", "graph.settings", "graph.error");

  @ArchTest
  static final ArchRule theQueueKnowsNoPipelineAndNoService =
      only("graph.queue", "graph.item", "graph.settings", "graph.error");

  @ArchTest
  static final ArchRule aServiceKnowsNoPipelineAndNoQueue =
      only("graph.service", "graph.item", "graph.settings", "graph.error");

  @ArchTest static final ArchRule theEngineKnowsNoAdapter = only("graph", "graph");

  @ArchTest
  static final ArchRule redisSeesTheQueuePortAndNoEngine =
      only("redis", "graph.queue", "graph.item", "graph.settings", "graph.error");

  @ArchTest
  static final ArchRule servicesSeeTheServicePortAndNoEngine =
      only("services", "graph.service", "graph.item", "graph.settings", "graph.error");

  @ArchTest
  static final ArchRule noPackagesImportEachOther =
      slices().matching("dev.stygian.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyTheCommandLineWritesToTheConsole =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.stygian.cli..")
          .should(ACCESS_STANDARD_STREAMS)
          .because("a library that prints spoils the output of the program around it");

  @ArchTest
  static final ArchRule aNameSaysWhatSetsAClassApart =
      noClasses()
          .should()
          .haveNameMatching(".*(Impl|Utils?|Manager|Helper)")
          .because("a name that fits any class says nothing about this one");

  @ArchTest
  static final ArchRule everyPackageIsNullMarked = classes().should(resideInANullMarkedPackage());

  /** Classes below {@code dev.stygian.<layer>} depend on each other and on those packages alone. */
  private static ArchRule only(String layer, String... imports) {
    var allowed =
        Stream.concat(Stream.of(layer), Stream.of(imports))
            .map(name -> "dev.stygian." + name + "..")
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage("dev.stygian." + layer + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.stygian..").and(not(resideInAnyPackage(allowed))));
  }

  private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
    return new ArchCondition<>("reside in a package whose package-info is @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        var marked =
            type.getPackage()
                .tryGetPackageInfo()
                .filter(info -> info.isAnnotatedWith(NullMarked.class))
                .isPresent();
        events.add(
            new SimpleConditionEvent(
                type,
                marked,
                type.getPackageName() + " has no package-info.java with @NullMarked"));
      }
    };
  }
}
