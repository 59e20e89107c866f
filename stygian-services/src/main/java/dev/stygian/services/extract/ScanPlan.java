package dev.stygian.services.extract;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fields of a record as {@link HtmlScan} looks for them: all selectors' steps in one row, each
 * with a bit of a {@code long}. Immutable and thread-safe.
 *
 * @param steps of all fields
 * @param first the bits of steps that stand first in their selector
 * @param afterParent the bits of steps whose parent must be the step before
 * @param targets by field: the bits of steps that stand last
 * @param all by field: whether more than the first match counts
 */
record ScanPlan(
    List<Field> fields,
    List<SimpleSelector.Step> steps,
    long first,
    long afterParent,
    List<Long> targets,
    List<Boolean> all) {

  /** The plan; empty where a field needs the whole tree. */
  static Optional<ScanPlan> of(List<Field> fields) {
    List<SimpleSelector.Step> steps = new ArrayList<>();
    List<Long> targets = new ArrayList<>();
    List<Boolean> all = new ArrayList<>();
    long first = 0;
    long afterParent = 0;
    for (Field field : fields) {
      Optional<SimpleSelector> selector =
          isScannable(field) && field.selector() instanceof CssSelector css
              ? SimpleSelector.parse(css.text())
              : Optional.empty();
      if (selector.isEmpty()) {
        return Optional.empty();
      }
      long target = 0;
      for (List<SimpleSelector.Step> alternative : selector.get().alternatives()) {
        for (int i = 0; i < alternative.size(); i++) {
          long bit = 1L << steps.size();
          first |= i == 0 ? bit : 0;
          afterParent |= alternative.get(i).child() ? bit : 0;
          target |= i == alternative.size() - 1 ? bit : 0;
          steps.add(alternative.get(i));
          if (steps.size() == Long.SIZE) {
            return Optional.empty();
          }
        }
      }
      targets.add(target);
      all.add(!(field instanceof Field.OfValue value) || value.all());
    }
    return Optional.of(
        new ScanPlan(
            List.copyOf(fields),
            List.copyOf(steps),
            first,
            afterParent,
            List.copyOf(targets),
            List.copyOf(all)));
  }

  private static boolean isScannable(Field field) {
    return switch (field) {
      case Field.OfCount _ -> true;
      case Field.OfRecord _ -> false;
      case Field.OfValue value -> !(value.conversion() instanceof Conversion.ToHtml);
    };
  }
}
