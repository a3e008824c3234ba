import { type ClosingOutcome, type FollowUpState, type Press, isClosed } from './follow-up.js';

/** Two tries count as done in time (as organisers reckon it: they did their part). */
export const TRIES_THAT_COUNT_AS_DONE = 2;

/** Two taps on "no answer" within this time are one try, where nothing better tells them apart. */
export const ONE_TRY_SECONDS = 60;

/** A duty at the moment of a press, and where it could go from here. */
export interface DutySituation {
  readonly state: FollowUpState;
  /** "No answer" said so far. */
  readonly tries: number;
  readonly coveredByStandIn: boolean;
  /** The post has a stand-in who can be told. */
  readonly hasStandIn: boolean;
  /** A unit stands above the one that has the duty. */
  readonly hasUnitAbove: boolean;
}

/** What the one who pressed had before them. */
export interface PressContext {
  /** The tries that their page showed; undefined where the press came without a page. */
  readonly triesSeen?: number | undefined;
  /** Since the last "no answer"; undefined before the first. */
  readonly secondsSinceLastTry?: number | undefined;
}

/** What becomes of a duty by a press. */
export type DutyDecision =
  | {
      readonly change: 'close';
      readonly state: 'done' | 'declined';
      readonly outcome: ClosingOutcome;
      readonly tries: number;
    }
  | { readonly change: 'record_try'; readonly tries: number }
  | { readonly change: 'hand_to_stand_in' }
  | { readonly change: 'hand_up' }
  | {
      readonly change: 'none';
      readonly reason: 'already_closed' | 'same_try' | 'nobody_to_hand_to';
    };

/**
 * The rules of a duty, all of them: what a press means in each state. Nothing here knows of rows,
 * messages or pages.
 *
 * - contacted: done.
 * - no answer: the first is recorded, the second closes the duty as done. The same tap arriving
 *   twice is one try.
 * - not ours: the unit above takes it; where there is none, it is declined.
 * - stand-in: the stand-in of the post takes it; a stand-in, or a post without one, hands it to the
 *   unit above; where there is none, it stays.
 */
export function decide(
  situation: DutySituation,
  press: Press,
  context: PressContext = {},
): DutyDecision {
  if (isClosed(situation.state)) return { change: 'none', reason: 'already_closed' };
  const { tries, coveredByStandIn, hasStandIn, hasUnitAbove } = situation;
  switch (press) {
    case 'contacted':
      return { change: 'close', state: 'done', outcome: 'contacted', tries };
    case 'no_answer':
      if (isSameTry(tries, context)) return { change: 'none', reason: 'same_try' };
      return tries + 1 >= TRIES_THAT_COUNT_AS_DONE
        ? { change: 'close', state: 'done', outcome: 'no_answer', tries: tries + 1 }
        : { change: 'record_try', tries: tries + 1 };
    case 'not_ours':
      return hasUnitAbove
        ? { change: 'hand_up' }
        : { change: 'close', state: 'declined', outcome: 'not_ours', tries };
    case 'stand_in':
      if (hasStandIn && !coveredByStandIn) return { change: 'hand_to_stand_in' };
      return hasUnitAbove ? { change: 'hand_up' } : { change: 'none', reason: 'nobody_to_hand_to' };
  }
}

function isSameTry(tries: number, { triesSeen, secondsSinceLastTry }: PressContext): boolean {
  if (triesSeen !== undefined) return triesSeen < tries;
  return secondsSinceLastTry !== undefined && secondsSinceLastTry < ONE_TRY_SECONDS;
}

/**
 * Whether a reminder is still wanted. The ordinary one goes to whoever has said nothing yet; the
 * second one, after a first "no answer", to whoever has not tried again.
 */
export function wantsReminder(
  situation: { readonly state: FollowUpState; readonly assignment: number },
  reminder: { readonly assignment: number; readonly again: boolean },
): boolean {
  if (isClosed(situation.state) || situation.assignment !== reminder.assignment) return false;
  return reminder.again === (situation.state === 'no_answer');
}
