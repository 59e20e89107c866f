package dev.stygian.graph.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the processes of a queue tell each other. */
interface NotesContract extends Contract {

  @Test
  default void a_note_is_found_everywhere_until_its_time_is_over() throws Exception {
    Notes notes = q().queue.notes();
    assertThat(notes.find("n")).isEmpty();

    notes.put("n", "first".getBytes(UTF_8), Duration.ofHours(1));
    notes.put("n", "second".getBytes(UTF_8), QueueFixture.SHORT);

    assertThat(q().another().notes().find("n")).hasValue("second".getBytes(UTF_8));
    q().elapse(QueueFixture.SHORT);
    assertThat(notes.find("n")).isEmpty();
  }

  @Test
  default void a_name_is_claimed_once_in_its_time() throws Exception {
    Notes notes = q().queue.notes();

    assertThat(notes.claim("c", QueueFixture.SHORT)).isTrue();
    assertThat(q().another().notes().claim("c", QueueFixture.SHORT)).isFalse();

    q().elapse(QueueFixture.SHORT);
    assertThat(notes.claim("c", QueueFixture.SHORT)).isTrue();
  }

  @Test
  default void who_claimed_a_name_may_let_it_go() throws Exception {
    Notes notes = q().queue.notes();
    notes.claim("c", Duration.ofHours(1));

    notes.forget("c");
    notes.forget("never there");

    assertThat(q().another().notes().claim("c", Duration.ofHours(1))).isTrue();
  }
}
