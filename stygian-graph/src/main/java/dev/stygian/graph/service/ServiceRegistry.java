package dev.stygian.graph.service;

import dev.stygian.graph.error.ServiceUnknownException;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.Environment;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/**
 * The services of a process, by name and alias. Immutable and thread-safe; closing it closes the
 * services.
 */
public final class ServiceRegistry implements AutoCloseable {
  private final Map<String, ScrapingService> byName;
  private final Map<String, String> canonical;
  private final Environment environment;

  private ServiceRegistry(
      Map<String, ScrapingService> byName, Map<String, String> canonical, Environment environment) {
    this.byName = byName;
    this.canonical = canonical;
    this.environment = environment;
  }

  /** Every service that {@link ServiceLoader} finds, with this process's environment. */
  public static ServiceRegistry defaultWithEnv() {
    return of(
        ServiceLoader.load(ScrapingService.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList(),
        Environment.ofProcess());
  }

  /**
   * A registry of the given services.
   *
   * @throws IllegalArgumentException where two claim one name
   */
  public static ServiceRegistry of(
      Collection<? extends ScrapingService> services, Environment environment) {
    Map<String, ScrapingService> byName = new LinkedHashMap<>();
    Map<String, String> canonical = new LinkedHashMap<>();
    for (ScrapingService service : services) {
      ServiceDescriptor descriptor = service.descriptor();
      byName.put(descriptor.name(), service);
      claim(canonical, descriptor.name(), descriptor.name());
      descriptor.aliases().forEach(alias -> claim(canonical, alias, descriptor.name()));
    }
    return new ServiceRegistry(Map.copyOf(byName), Map.copyOf(canonical), environment);
  }

  private static void claim(Map<String, String> canonical, String name, String owner) {
    String other = canonical.putIfAbsent(name, owner);
    if (other != null) {
      throw new IllegalArgumentException(
          "the service name \""
              + name
              + "\" is claimed by \""
              + other
              + "\" and \""
              + owner
              + "\"");
    }
  }

  /** A registry with these services added; a service of the same name is replaced. */
  public ServiceRegistry with(Collection<? extends ScrapingService> added) {
    Map<String, ScrapingService> all = new LinkedHashMap<>(byName);
    added.forEach(s -> all.put(s.descriptor().name(), s));
    return of(all.values(), environment);
  }

  /**
   * The service of a name or an alias.
   *
   * @throws ServiceUnknownException where there is none
   */
  public ScrapingService service(String name) {
    ScrapingService found = byName.get(canonical.getOrDefault(name, name));
    if (found == null) {
      throw new ServiceUnknownException(
          "no service \"" + name + "\" is installed here; `stygian services` lists what is");
    }
    return found;
  }

  /** Canonical names, sorted. */
  public Set<String> names() {
    return new TreeSet<>(byName.keySet());
  }

  /** Canonical names of the services that this process can run now, sorted. */
  public Set<String> available() {
    Set<String> all = new TreeSet<>();
    byName.forEach((name, service) -> {
      if (service.unavailable(environment).isEmpty()) {
        all.add(name);
      }
    });
    return all;
  }

  /** Why a service cannot run here; empty where it can. */
  public Optional<String> unavailable(String name) {
    return service(name).unavailable(environment);
  }

  /** Canonical name of a name or an alias. */
  public Optional<String> canonical(String name) {
    return Optional.ofNullable(canonical.get(name));
  }

  /** The config schema of each service, under its name and each alias: what the parser asks for. */
  public Map<String, ConfigSchema> schemas() {
    Map<String, ConfigSchema> all = new LinkedHashMap<>();
    canonical.forEach((name, owner) -> all.put(name, service(owner).descriptor().config()));
    return Map.copyOf(all);
  }

  /** Where the items begin that a service finds, by any of its names. */
  public ServiceDescriptor.Finds finds(String name) {
    return service(name).descriptor().finds();
  }

  /** Whether a service, by any of its names, splits its items into others. */
  public boolean fansOut(String name) {
    return canonical.containsKey(name) && finds(name) == ServiceDescriptor.Finds.FOR_ITS_SUCCESSORS;
  }

  /** Whether a service, by any of its names, finds items beside those that it is executed for. */
  public boolean findsMore(String name) {
    return canonical.containsKey(name) && finds(name) == ServiceDescriptor.Finds.MORE_OF_ITS_OWN;
  }

  public Environment environment() {
    return environment;
  }

  @Override
  public void close() {
    byName.values().forEach(ScrapingService::close);
  }
}
