package dev.stygian.services.discover;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Names of query parameters, upper and lower case alike.
 *
 * @param names whole names, lower case
 * @param prefixes what stood before a {@code *}, lower case
 */
record ParameterNames(Set<String> names, List<String> prefixes) {
  /**
   * Parameters that say where a visitor came from and never which page is meant: those of Google
   * Analytics and Ads, Meta, Microsoft, Yandex, TikTok, X, LinkedIn, Instagram, Pinterest,
   * Mailchimp, Marketo, HubSpot, Adobe, Vero, Omeda, Matomo, Openstat, Wicked Reports, Branch.
   */
  static final ParameterNames TRACKING =
      of(
          words(
              """
              utm_* ga_* _ga _gl gclid gclsrc gbraid wbraid dclid srsltid
              fbclid fb_action_ids fb_action_types fb_source fb_ref
              msclkid yclid ysclid ymclid _openstat ttclid twclid li_fat_id igshid igsh epik
              mc_cid mc_eid mc_tc mkt_tok hsa_* _hsenc _hsmi __hssc __hstc __hsfp hsctatracking
              s_kwcid ef_id vero_id vero_conv oly_anon_id oly_enc_id rb_clickid wickedid
              mtm_* matomo_* pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content pk_cid
              piwik_campaign piwik_kwd piwik_keyword _branch_match_id _branch_referrer
              """));

  /** Parameters that name a visit: who keeps no cookies is given a new one with every page. */
  static final ParameterNames SESSION =
      of(
          words(
              "jsessionid phpsessid aspsessionid* sessionid session_id sessid oscsid zenid cfid"
                  + " cftoken"));

  static final ParameterNames NONE = of(List.of());

  ParameterNames {
    names = Set.copyOf(names);
    prefixes = List.copyOf(prefixes);
  }

  private static List<String> words(String text) {
    return Stream.of(text.strip().split("\\s+")).toList();
  }

  /** Names as a config lists them: {@code "gclid"}, or with a {@code *} at their end. */
  static ParameterNames of(Collection<String> listed) {
    List<String> lower = listed.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    return new ParameterNames(
        lower.stream().filter(name -> !name.endsWith("*")).collect(Collectors.toSet()),
        lower.stream()
            .filter(name -> name.endsWith("*"))
            .map(name -> name.substring(0, name.length() - 1))
            .toList());
  }

  ParameterNames and(ParameterNames others) {
    return new ParameterNames(
        Stream.concat(names.stream(), others.names.stream()).collect(Collectors.toSet()),
        Stream.concat(prefixes.stream(), others.prefixes.stream()).distinct().toList());
  }

  boolean contains(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return names.contains(lower) || prefixes.stream().anyMatch(lower::startsWith);
  }
}
