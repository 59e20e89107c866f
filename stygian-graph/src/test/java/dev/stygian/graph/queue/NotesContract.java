package dev.stygian.graph.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
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

  @Test
  default void the_start_of_a_note_is_found_without_the_rest() throws Exception {
    Notes notes = q().queue.notes();
    notes.put("n", "first".getBytes(UTF_8), Duration.ofHours(1));

    assertThat(notes.findStart("n", 3)).hasValue("fir".getBytes(UTF_8));
    assertThat(notes.findStart("n", 99)).hasValue("first".getBytes(UTF_8));
    assertThat(notes.findStart("never there", 3)).isEmpty();
  }

  @Test
  default void a_note_on_a_shelf_is_found_like_any_other() throws Exception {
    Notes notes = q().queue.notes();

    assertThat(notes.putOn("s", 9_999, "n", new byte[] {1, 2}, Duration.ofHours(1))).isTrue();

    assertThat(q().another().notes().find("n")).hasValue(new byte[] {1, 2});
    assertThat(q().another().notes().findStart("n", 1)).hasValue(new byte[] {1});
    notes.forget("n");
    assertThat(notes.find("n")).isEmpty();
  }

  @Test
  default void a_shelf_takes_what_it_has_room_for_and_no_more() throws Exception {
    Notes notes = q().queue.notes();
    long room = 2 * (1000 + Notes.SHELVED_BYTES);
    assertThat(notes.putOn("s", room, "a", new byte[1000], QueueFixture.LONG)).isTrue();
    assertThat(q().another().notes().putOn("s", room, "b", new byte[1000], QueueFixture.LONG))
        .isTrue();

    assertThat(notes.putOn("s", room, "c", new byte[1], QueueFixture.LONG)).isFalse();
    assertThat(notes.find("c")).isEmpty();
    assertThat(notes.find("a")).isPresent();
    assertThat(notes.putOn("another", room, "c", new byte[1], QueueFixture.LONG)).isTrue();
  }

  @Test
  default void a_note_takes_the_room_of_the_one_that_it_replaces() throws Exception {
    Notes notes = q().queue.notes();
    long room = 1000 + Notes.SHELVED_BYTES;

    for (int i = 0; i < 3; i++) {
      assertThat(notes.putOn("s", room, "a", new byte[1000 - i], QueueFixture.LONG)).isTrue();
    }

    assertThat(notes.putOn("s", room, "a", new byte[1001], QueueFixture.LONG)).isFalse();
    assertThat(notes.find("a")).as("what was to be replaced").isEmpty();
  }

  @Test
  default void what_is_over_makes_room_on_its_shelf() throws Exception {
    Notes notes = q().queue.notes();
    long room = 1000 + Notes.SHELVED_BYTES;
    notes.putOn("s", room, "a", new byte[1000], QueueFixture.SHORT);
    assertThat(notes.putOn("s", room, "b", new byte[1000], QueueFixture.LONG)).isFalse();

    q().elapse(QueueFixture.SHORT);

    assertThat(notes.find("a")).isEmpty();
    assertThat(notes.putOn("s", room, "b", new byte[1000], QueueFixture.LONG)).isTrue();
  }

  @Test
  default void a_shelf_keeps_within_its_room_whoever_puts_notes_there() throws Exception {
    long room = 10 * (100 + Notes.SHELVED_BYTES);
    Notes one = q().queue.notes();
    Notes other = q().another().notes();

    for (int i = 0; i < 40; i++) {
      (i % 2 == 0 ? one : other).putOn("s", room, "n" + i, new byte[100], QueueFixture.LONG);
    }

    assertThat(IntStream.range(0, 40).filter(i -> one.find("n" + i).isPresent()).count())
        .isEqualTo(10);
  }
}
