import type { Office } from '../units/office.js';
import type { UnitKind } from '../units/unit.js';
import type { Division } from '../platform/time/bank-holidays.js';

/** Where a duty stands. The last three are closed for good. */
export const FOLLOW_UP_STATES = [
  'open',
  'acknowledged',
  'no_answer',
  'done',
  'declined',
  'cancelled',
] as const;
export type FollowUpState = (typeof FOLLOW_UP_STATES)[number];

/** What somebody who has a duty can say about it. */
export const PRESSES = ['contacted', 'no_answer', 'not_ours', 'stand_in'] as const;
export type Press = (typeof PRESSES)[number];

/** How a duty ended. */
export type ClosingOutcome = 'contacted' | 'no_answer' | 'not_ours';

/** Who presses: whoever holds the link, or an organiser who is signed in. */
export type DutyActor =
  { readonly kind: 'duty_link' } | { readonly kind: 'organiser'; readonly id: string };

/** A duty as it is locked for a change. */
export interface FollowUp {
  readonly id: string;
  readonly kind: 'join';
  readonly submissionId: string;
  readonly unitId: string;
  readonly office: Office;
  readonly calendar: Division;
  readonly state: FollowUpState;
  readonly dueAt: Date;
  readonly remindAt: Date;
  readonly tries: number;
  readonly coveredByStandIn: boolean;
  readonly assignment: number;
  readonly outcome: ClosingOutcome | null;
  readonly closedAt: Date | null;
  /** When "no answer" was said, while that is how it stands. */
  readonly lastTryAt: Date | null;
  /** The database's time. */
  readonly now: Date;
}

/** Whether nothing more is to be done. */
export function isClosed(state: FollowUpState): boolean {
  return state === 'done' || state === 'declined' || state === 'cancelled';
}

/** The office that looks after duties in a unit of this kind. */
export function officeFor(kind: UnitKind): Office {
  switch (kind) {
    case 'branch':
      return 'branch_secretary';
    case 'region':
      return 'regional_organiser';
    case 'national':
      return 'national_office';
  }
}
