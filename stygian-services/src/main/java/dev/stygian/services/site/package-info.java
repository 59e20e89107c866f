/**
 * A folder of saved pages behind a loopback address: {@link dev.stygian.services.site.SiteServer},
 * what {@code [input] serve} starts. Imports nothing of this project.
 */
@NullMarked
package dev.stygian.services.site;

import org.jspecify.annotations.NullMarked;
