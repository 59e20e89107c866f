package dev.stygian.bench.measure;

/**
 * A column of a case's table.
 *
 * @param key its name in JSON, the unit last
 * @param heading what stands above it
 * @param decimals how many are shown
 */
public record Column(String key, String heading, int decimals) {
  public static final Column CLIENT_CPU = new Column("client_cpu_micros", "client CPU us", 2);
  public static final Column SERVER_CPU = new Column("redis_cpu_micros", "Redis CPU us", 2);
  public static final Column ALLOCATED = new Column("allocated_bytes", "allocated B", 0);
  public static final Column RATIO = new Column("ratio", "ratio", 3);
}
