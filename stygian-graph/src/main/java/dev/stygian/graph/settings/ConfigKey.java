package dev.stygian.graph.settings;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * One key of a table: declared once, read by the parser, the service, the docs and {@code stygian
 * services}.
 *
 * @param name as it stands in the file
 * @param defaultValue what holds where the file is silent; empty where nothing holds
 * @param help one sentence, without the unit that the type already tells
 * @param isForTheBooks whether outputs do not depend on it, so that stored ones stay good when it
 *     changes
 */
public record ConfigKey(
    String name,
    ValueType type,
    boolean required,
    Optional<JsonNode> defaultValue,
    String help,
    boolean isForTheBooks) {}
