/**
 * The service {@code extract}: turns a page into a record by CSS selectors, XPath or JSONPath.
 * Start at {@link dev.stygian.services.extract.ExtractService}. {@code FieldCompiler} makes {@code
 * Field}s of the config, once for each config, and is also the check that the pipeline parser runs;
 * {@code PageSource} finds the page in the input; {@code PageReader} reads the fields off it.
 * Imports {@code graph.service}, {@code graph.settings}.
 */
@NullMarked
package dev.stygian.services.extract;

import org.jspecify.annotations.NullMarked;
