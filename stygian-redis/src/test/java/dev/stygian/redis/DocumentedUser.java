package dev.stygian.redis;

import dev.stygian.redis.embedded.EmbeddedRedis;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The user of the server that {@code docs/operating.md} tells administrators to make. */
final class DocumentedUser {
  private static final Path DOCUMENT = Path.of("..", "docs", "operating.md");
  private static final String LINE = "ACL SETUSER ";

  private DocumentedUser() {}

  /** The words of the documented command, after its name. */
  static List<String> words() throws IOException {
    String line =
        Files.readString(DOCUMENT)
            .replace("\\\n", " ")
            .lines()
            .filter(l -> l.startsWith(LINE))
            .findFirst()
            .orElseThrow();
    return List.of(line.substring(LINE.length()).strip().split("\\s+", -1));
  }

  /** Makes a user, or changes one. */
  static void setOn(EmbeddedRedis server, List<String> words) {
    Servers.ask(server, redis -> dispatch(redis, words));
  }

  /** Makes the documented user with a password of its own. */
  static void setOn(EmbeddedRedis server, String password) throws IOException {
    setOn(server, words());
    changePassword(server, password);
  }

  static void changePassword(EmbeddedRedis server, String password) {
    setOn(server, List.of("stygian", "resetpass", ">" + password));
  }

  private static String dispatch(RedisCommands<String, String> redis, List<String> words) {
    CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8).add("SETUSER");
    words.forEach(arguments::add);
    return redis.dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), arguments);
  }
}
