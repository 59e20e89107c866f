package dev.stygian.graph.settings;

/** What is one host where politeness is concerned. */
public enum HostScope {
  /** The name and the port of a URL. */
  HOST,

  /** The domain that was registered: {@code example.co.uk} of {@code www.shop.example.co.uk}. */
  DOMAIN,

  /** The address that the name stands for. */
  IP
}
