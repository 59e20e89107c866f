/**
 * The service {@code http}: fetches a URL. Start at {@link dev.stygian.services.http.HttpService};
 * a call's redirects are followed by {@code Fetch}. The egress rule is here too, for every part
 * that dials an address that it was handed: {@link dev.stygian.services.http.GlobalAddress} says
 * which addresses are public, {@link dev.stygian.services.http.EgressGuard} makes an HTTP client
 * keep to them. Imports {@code graph.service}, {@code graph.item}, {@code graph.settings}, {@code
 * graph.error}.
 */
@NullMarked
package dev.stygian.services.http;

import org.jspecify.annotations.NullMarked;
