package dev.stygian.graph.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PipelineTextTest {
  @Property
  void isReadBackAsTheSamePipeline(@ForAll long seed) {
    Pipeline pipeline = Pipelines.random(seed);
    String text = PipelineText.of(pipeline);
    Pipeline read =
        PipelineParser.ofCheckedPipelines().parse(text, pipeline.source(), PipelineFormat.JSON);
    assertThat(read).isEqualTo(pipeline);
    assertThat(PipelineText.of(read)).isEqualTo(text);
  }

  @Test
  void isReadBackFromAFileWithEveryKindOfValue() {
    Pipeline pipeline =
        TestServices.parser()
            .parse(
                """
                [[nodes]]
                id = "ask"
                service = "ai_claude"
                [nodes.config]
                temperature = 1.0
                schema = { a = 1e20, b = 1152921504606846976.0, c = -0.0, d = 2020-01-01, e = 1e-7 }
                """,
                "x.toml",
                PipelineFormat.TOML);
    assertThat(
            PipelineParser.ofCheckedPipelines()
                .parse(PipelineText.of(pipeline), "x.toml", PipelineFormat.JSON))
        .isEqualTo(pipeline);
  }

  @Test
  void leavesOutTheQueueAndKeepsReferencesUnresolved() {
    Pipeline pipeline =
        TestServices.parser()
            .parse(
                """
                [execution]
                queue = "redis://:hunter2@localhost"
                [[nodes]]
                id = "ask"
                service = "ai_claude"
                config.api_key = "${env:KEY}"
                """,
                "x.toml",
                PipelineFormat.TOML);
    assertThat(PipelineText.of(pipeline))
        .contains("\"mode\":\"distributed\"", "\"api_key\":\"${env:KEY}\"")
        .doesNotContain("hunter2", "\"queue\"", "\n");
  }
}
