package dev.stygian.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.stygian.bench.measure.ChildOrders;

/** Which way the bench is looked at, and how it is laid out. */
@AnalyzeClasses(packages = "dev.stygian", importOptions = DoNotIncludeTests.class)
final class BenchArchitectureTest {
  @ArchTest
  static final ArchRule nothingOfTheProductSeesTheBench =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.stygian.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.stygian.bench..");

  @ArchTest
  static final ArchRule theMeasureKnowsNoCase =
      noClasses()
          .that()
          .resideInAPackage("dev.stygian.bench.measure..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.stygian.bench.macro..", "dev.stygian.bench.micro..");

  @ArchTest
  static final ArchRule noPackagesOfTheBenchImportEachOther =
      slices().matching("dev.stygian.bench.(*)..").should().beFreeOfCycles();

  /** Its tables go through the command; the answers of a child process are lines of its output. */
  @ArchTest
  static final ArchRule noCaseWritesToTheConsole =
      noClasses()
          .that()
          .resideInAPackage("dev.stygian.bench..")
          .and()
          .doNotBelongToAnyOf(ChildOrders.class)
          .should(ACCESS_STANDARD_STREAMS);
}
