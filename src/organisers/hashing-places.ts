/**
 * A bounded number of places for work that is dear: whoever finds none free waits in line, and
 * whoever finds the line full is turned away at once.
 */
export class HashingPlaces {
  private free: number;
  private readonly line: (() => void)[] = [];

  constructor(
    places: number,
    private readonly longestLine: number,
  ) {
    this.free = places;
  }

  /**
   * Runs `work` in a place of its own.
   *
   * @param turnedAway makes the error for a line that is full.
   */
  async run<Result>(work: () => Promise<Result>, turnedAway: () => Error): Promise<Result> {
    if (this.free > 0) {
      this.free -= 1;
    } else {
      if (this.line.length >= this.longestLine) throw turnedAway();
      // Whoever leaves hands the place on, so that `free` stays as it is.
      await new Promise<void>((resolve) => this.line.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.line.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
