package dev.stygian.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * A signal to this process that is handled instead of ending it. Behind it is {@code
 * sun.misc.Signal}, by reflection because the compiler warns of it and cannot be told not to; a
 * shutdown hook is no substitute, since it hears of no second signal. Where the JDK does not let
 * us, the signal keeps its meaning.
 */
final class ProcessSignal implements AutoCloseable {
  private final String name;
  private final Object before;

  private ProcessSignal(String name, Object before) {
    this.name = name;
    this.before = before;
  }

  /** Lets {@code action} run at each signal of that name, until {@link #close}. */
  static ProcessSignal handle(String name, Runnable action) {
    Object handler;
    try {
      handler =
          Proxy.newProxyInstance(
              ProcessSignal.class.getClassLoader(),
              new Class<?>[] {Class.forName("sun.misc.SignalHandler")},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("the module jdk.unsupported is part of every JDK", e);
    }
    return new ProcessSignal(name, exchange(name, handler));
  }

  /** Sets a handler and returns the one before. */
  private static Object exchange(String name, Object handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Object ours = signal.getConstructor(String.class).newInstance(name);
      return signal
          .getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
          .invoke(null, ours, handler);
    } catch (InvocationTargetException _) {
      return handler; // the JVM keeps this signal to itself (-Xrs)
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the module jdk.unsupported is part of every JDK", e);
    }
  }

  @Override
  public void close() {
    exchange(name, before);
  }
}
