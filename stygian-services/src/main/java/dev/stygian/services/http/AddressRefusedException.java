package dev.stygian.services.http;

import java.io.IOException;

/** The egress rule forbids the address that a connection was to be made to; nothing was sent. */
public final class AddressRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  AddressRefusedException(String host, String address, int port, String kind) {
    super(
        "address "
            + address
            + " (port "
            + port
            + ") of host \""
            + host
            + "\" is refused: it is not globally routable ("
            + kind
            + "); if it is meant, set allow_private = true in the pipeline or start the worker with"
            + " --allow-private");
  }
}
