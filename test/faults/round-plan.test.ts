import { describe, expect, it } from 'vitest';
import { CRASH_POINTS, type FaultKind, OUTER_FAULTS } from './faults.js';
import {
  type Backend,
  kindsOf,
  planOfSeed,
  type RoundPlan,
  type SoakOptions,
} from './round-plan.js';

const SOAK: SoakOptions = {
  backends: ['postgres', 'redis'],
  joins: 60,
  leases: 'short',
  sabotage: undefined,
};

/** A soak of 200 rounds, as the program draws them. */
const plans = Array.from({ length: 200 }, (_, index) => planOfSeed(index + 1, SOAK));
const on = (backend: Backend): RoundPlan[] => plans.filter((plan) => plan.backend === backend);
const holding = (among: readonly RoundPlan[], kind: FaultKind): RoundPlan[] =>
  among.filter((plan) => kindsOf(plan).includes(kind));

describe('the plan of a round', () => {
  it('is the same for the same seed', () => {
    expect(JSON.stringify(planOfSeed(7, SOAK))).toBe(JSON.stringify(planOfSeed(7, SOAK)));
    expect(planOfSeed(7, SOAK).faults).not.toEqual(planOfSeed(9, SOAK).faults);
  });

  describe.each<Backend>(['postgres', 'redis'])('in 200 rounds, with jobs on %s,', (backend) => {
    const possible = OUTER_FAULTS.filter((kind) => kind !== 'flush-redis' || backend === 'redis');

    it.each<FaultKind>([...possible, ...CRASH_POINTS])('has %s ten times', (kind) => {
      expect(holding(on(backend), kind).length).toBeGreaterThanOrEqual(10);
    });

    it.each(['follow-ups.remind', 'messaging.send'])('has a worker without %s ten times', (job) => {
      const older = on(backend).filter(({ olderBuild }) => olderBuild?.unknownJob === job);
      expect(older.length).toBeGreaterThanOrEqual(10);
    });

    it('has rounds of one worker, which is left alone, and of two', () => {
      for (const workers of [1, 2]) {
        expect(on(backend).filter((plan) => plan.workers === workers).length).toBeGreaterThan(20);
      }
    });

    it('has two points of one process after another', () => {
      const twice = on(backend).filter(({ apiCrashes, workerCrashes }) =>
        [...apiCrashes, ...workerCrashes].some((crashes) => crashes.length > 1),
      );
      expect(twice.length).toBeGreaterThanOrEqual(10);
    });
  });

  it('empties no Redis where there is none', () => {
    expect(holding(on('postgres'), 'flush-redis')).toEqual([]);
  });

  it('leaves a build without mails out of the points on their way', () => {
    const older = plans.filter(({ olderBuild }) => olderBuild?.unknownJob === 'messaging.send');
    for (const { olderBuild, workerCrashes } of older) {
      expect(workerCrashes[olderBuild?.which ?? -1]).toEqual([]);
    }
  });

  it('has each moment come before the work is over', () => {
    for (const plan of plans) {
      for (const { at } of plan.faults) {
        const total = at.of === 'mails' ? 2 * plan.joins : plan.joins;
        expect(at.count).toBeGreaterThan(0);
        expect(at.count).toBeLessThan(total);
      }
    }
  });
});
