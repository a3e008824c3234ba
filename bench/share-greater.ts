/**
 * The share of pairs in which the first list's value is the greater; ties count half. 0.5 says that
 * the lists cannot be told apart by one value, 0 or 1 that they always can (the area under the ROC
 * curve; Mann and Whitney's U over all pairs).
 */
export function shareGreater(ones: readonly number[], others: readonly number[]): number {
  const sorted = others.toSorted((one, other) => one - other);
  let greater = 0;
  for (const one of ones) {
    greater +=
      (countBelow(sorted, (value) => value < one) + countBelow(sorted, (v) => v <= one)) / 2;
  }
  return greater / (ones.length * others.length);
}

/** How many values at the beginning of a sorted list fulfil a condition that ends somewhere. */
function countBelow(sorted: readonly number[], isBelow: (value: number) => boolean): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isBelow(sorted[middle] ?? Infinity)) from = middle + 1;
    else to = middle;
  }
  return from;
}
