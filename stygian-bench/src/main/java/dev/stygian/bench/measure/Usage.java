package dev.stygian.bench.measure;

/**
 * What was used: CPU time is user and system together.
 *
 * @param clientCpuMicros of our own processes, children included
 * @param serverCpuMicros of the server
 * @param allocatedBytes on the heaps of our own processes
 */
public record Usage(double clientCpuMicros, double serverCpuMicros, double allocatedBytes) {
  public static final Usage NONE = new Usage(0, 0, 0);

  public Usage plus(Usage other) {
    return new Usage(
        clientCpuMicros + other.clientCpuMicros,
        serverCpuMicros + other.serverCpuMicros,
        allocatedBytes + other.allocatedBytes);
  }

  Usage minus(Usage other) {
    return new Usage(
        clientCpuMicros - other.clientCpuMicros,
        serverCpuMicros - other.serverCpuMicros,
        allocatedBytes - other.allocatedBytes);
  }
}
