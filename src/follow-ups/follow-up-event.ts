/** What happened to a duty. */
export type FollowUpAction =
  | 'opened'
  | 'acknowledged'
  | 'contacted'
  | 'no_answer'
  | 'not_ours'
  | 'handed_over'
  | 'reassigned'
  | 'notice_failed';

/** One line of a duty's history. */
export interface NewFollowUpEvent {
  readonly followUpId: string;
  readonly action: FollowUpAction;
  readonly actorKind: 'duty_link' | 'organiser' | 'system';
  readonly actorId: string | null;
  /** The unit that had the duty when it happened. */
  readonly unitId: string;
  readonly note: string | null;
}

/** Note of a `notice_failed` event that is about our answer to the person, not about the notice. */
export const ACKNOWLEDGEMENT_FAILED = 'acknowledgement';
