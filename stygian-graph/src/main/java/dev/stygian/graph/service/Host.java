package dev.stygian.graph.service;

/**
 * A host that a service visits.
 *
 * @param name as the fleet's scope counts hosts: all that bears one name is visited at one pace;
 *     what is longer than 200 characters is cut off there
 * @param inUrl its name as the URL has it, which may end in a port: exceptions for some hosts are
 *     found by it, whatever the scope
 */
public record Host(String name, String inUrl) {
  private static final int MOST_CHARACTERS = 200;

  public Host {
    // here and nowhere else, so that a lane's name equals that of the host whose it is
    name = name.length() > MOST_CHARACTERS ? name.substring(0, MOST_CHARACTERS) : name;
  }

  /** A host that counts by its name in the URL. */
  public Host(String name) {
    this(name, name);
  }
}
