import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from './faults.js';
import { drawChoice, drawPlan, kindsOf, type RoundPlan } from './round-plan.js';
import { seededRandom } from './seeded-random.js';

const draw = (seed: number): RoundPlan => {
  const random = seededRandom(seed);
  return drawPlan(random, { seed, backend: 'redis' }, drawChoice(random, 'redis'));
};
const seeds = Array.from({ length: 200 }, (_, index) => index + 1);

describe('the plan of a round', () => {
  it('is the same for the same seed', () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('holds every kind of fault within a soak of 200', () => {
    const drawn = new Set(seeds.flatMap((seed) => kindsOf(draw(seed))));
    expect([...drawn].sort()).toEqual([...FAULT_KINDS].sort());
  });

  it('leaves a build without mails out of the points on their way', () => {
    const older = seeds
      .map(draw)
      .filter((plan) => plan.olderBuild?.unknownJob === 'messaging.send');
    expect(older.length).toBeGreaterThan(5);
    for (const { olderBuild, workerCrashes } of older) {
      expect(workerCrashes[olderBuild?.which ?? -1]).toEqual([]);
    }
  });

  it('has each moment come before the work is over', () => {
    for (const plan of seeds.map(draw)) {
      for (const { at } of plan.faults) {
        const total = at.of === 'mails' ? 2 * plan.joins : plan.joins;
        expect(at.count).toBeGreaterThan(0);
        expect(at.count).toBeLessThan(total);
      }
    }
  });
});
