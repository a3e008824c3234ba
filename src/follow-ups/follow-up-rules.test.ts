import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FOLLOW_UP_STATES, PRESSES, isClosed } from './follow-up.js';
import {
  type DutySituation,
  ONE_TRY_SECONDS,
  TRIES_THAT_COUNT_AS_DONE,
  decide,
  wantsReminder,
} from './follow-up-rules.js';

const OPEN_STATES = FOLLOW_UP_STATES.filter((state) => !isClosed(state));
const CLOSED_STATES = FOLLOW_UP_STATES.filter(isClosed);

const branchDuty: DutySituation = {
  state: 'open',
  tries: 0,
  coveredByStandIn: false,
  hasStandIn: true,
  hasUnitAbove: true,
};

const situations = fc.record({
  state: fc.constantFrom(...FOLLOW_UP_STATES),
  tries: fc.integer({ min: 0, max: 3 }),
  coveredByStandIn: fc.boolean(),
  hasStandIn: fc.boolean(),
  hasUnitAbove: fc.boolean(),
});

describe('a press', () => {
  it.each(CLOSED_STATES)('changes nothing of a duty that is %s', (state) => {
    for (const press of PRESSES) {
      expect(decide({ ...branchDuty, state }, press)).toEqual({
        change: 'none',
        reason: 'already_closed',
      });
    }
  });

  it.each(OPEN_STATES)('“contacted” closes a duty that is %s as done', (state) => {
    expect(decide({ ...branchDuty, state, tries: 1 }, 'contacted')).toEqual({
      change: 'close',
      state: 'done',
      outcome: 'contacted',
      tries: 1,
    });
  });

  it.each(OPEN_STATES)('“no answer” is first recorded, then closes, in state %s', (state) => {
    expect(decide({ ...branchDuty, state, tries: 0 }, 'no_answer')).toEqual({
      change: 'record_try',
      tries: 1,
    });
    expect(decide({ ...branchDuty, state, tries: 1 }, 'no_answer')).toEqual({
      change: 'close',
      state: 'done',
      outcome: 'no_answer',
      tries: 2,
    });
  });

  it('“no answer” that arrives twice from one page is one try', () => {
    const afterFirst = { ...branchDuty, state: 'no_answer', tries: 1 } as const;
    const again = { change: 'none', reason: 'same_try' };
    expect(decide(afterFirst, 'no_answer', { triesSeen: 0 })).toEqual(again);
    expect(decide(afterFirst, 'no_answer', { triesSeen: 1, secondsSinceLastTry: 1 })).toMatchObject(
      { change: 'close' },
    );
  });

  it('“no answer” without a page is one try within a minute', () => {
    const afterFirst = { ...branchDuty, state: 'no_answer', tries: 1 } as const;
    const within = { secondsSinceLastTry: ONE_TRY_SECONDS - 1 };
    expect(decide(afterFirst, 'no_answer', within)).toMatchObject({ reason: 'same_try' });
    const later = { secondsSinceLastTry: ONE_TRY_SECONDS };
    expect(decide(afterFirst, 'no_answer', later)).toMatchObject({ change: 'close' });
  });

  it.each(OPEN_STATES)(
    '“not ours” hands a duty that is %s up, and at the top declines',
    (state) => {
      expect(decide({ ...branchDuty, state }, 'not_ours')).toEqual({ change: 'hand_up' });
      expect(decide({ ...branchDuty, state, hasUnitAbove: false }, 'not_ours')).toEqual({
        change: 'close',
        state: 'declined',
        outcome: 'not_ours',
        tries: 0,
      });
    },
  );

  it.each([
    [{ hasStandIn: true, coveredByStandIn: false, hasUnitAbove: true }, 'hand_to_stand_in'],
    [{ hasStandIn: true, coveredByStandIn: false, hasUnitAbove: false }, 'hand_to_stand_in'],
    [{ hasStandIn: true, coveredByStandIn: true, hasUnitAbove: true }, 'hand_up'],
    [{ hasStandIn: true, coveredByStandIn: true, hasUnitAbove: false }, 'none'],
    [{ hasStandIn: false, coveredByStandIn: false, hasUnitAbove: true }, 'hand_up'],
    [{ hasStandIn: false, coveredByStandIn: false, hasUnitAbove: false }, 'none'],
    [{ hasStandIn: false, coveredByStandIn: true, hasUnitAbove: true }, 'hand_up'],
    [{ hasStandIn: false, coveredByStandIn: true, hasUnitAbove: false }, 'none'],
  ] as const)('“stand-in” with %j leads to %s', (changed, change) => {
    for (const state of OPEN_STATES) {
      expect(decide({ ...branchDuty, ...changed, state }, 'stand_in').change).toBe(change);
    }
  });

  it('never leaves an open duty with nobody, and never reopens a closed one', () => {
    fc.assert(
      fc.property(situations, fc.constantFrom(...PRESSES), (situation, press) => {
        const decision = decide(situation, press);
        const promises = {
          closedStays: !isClosed(situation.state) || decision.change === 'none',
          somebodyAbove: decision.change !== 'hand_up' || situation.hasUnitAbove,
          somebodyToStandIn: decision.change !== 'hand_to_stand_in' || situation.hasStandIn,
          enoughTriesClose:
            decision.change !== 'record_try' || decision.tries < TRIES_THAT_COUNT_AS_DONE,
        };
        expect(Object.values(promises)).toEqual([true, true, true, true]);
      }),
    );
  });
});

describe('a reminder', () => {
  it('is wanted by exactly the duties that it was made for', () => {
    for (const state of FOLLOW_UP_STATES) {
      const duty = { state, assignment: 2 };
      expect(wantsReminder(duty, { assignment: 1, again: false })).toBe(false);
      expect(wantsReminder(duty, { assignment: 1, again: true })).toBe(false);
      expect(wantsReminder(duty, { assignment: 2, again: false })).toBe(
        state === 'open' || state === 'acknowledged',
      );
      expect(wantsReminder(duty, { assignment: 2, again: true })).toBe(state === 'no_answer');
    }
  });
});
