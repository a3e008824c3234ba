import { type SeededRandom, seededRandom } from '../faults/seeded-random.js';

/** Picks by chance that a seed brings back. */
export class Choices {
  constructor(private readonly random: SeededRandom) {}

  /** At least 0, less than 1. */
  fraction(): number {
    return this.random.fraction();
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return this.random.between(least, most);
  }

  /** True in this share of the calls. */
  chance(share: number): boolean {
    return this.random.chance(share);
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.random.between(0, list.length - 1)] as T;
  }

  /** One of a table whose rows begin with their weight. */
  weighted<T>(table: readonly (readonly [weight: number, value: T])[]): T {
    let at = this.random.fraction() * table.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of table) {
      at -= weight;
      if (at < 0) return value;
    }
    return (table.at(-1) as readonly [number, T])[1];
  }
}

/** The choices of one request: whatever the others drew, the same seed and index draw the same. */
export function choicesOf(seed: number, index: number): Choices {
  return new Choices(seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)));
}
