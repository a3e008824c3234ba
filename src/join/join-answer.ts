import type { AllocationDecision } from '../allocation/allocation-decision.js';
import { describeDay } from '../platform/time/describe-day.js';
import type { DirectoryView } from '../units/directory-view.js';
import type { JoinAnswer } from './join.schemas.js';

export interface AnswerInput {
  id: string;
  reference: string;
  receivedAt: Date;
  decision: AllocationDecision;
  view: DirectoryView;
  /** The unit that gets the duty: where nobody can be told, one above the unit it belongs to. */
  responsible: { name: string };
  /** By when somebody gets in touch; null where somebody already has. */
  dueAt: Date | null;
  channel: 'email' | 'sms';
  /** Whether a person looks at it before anything else happens. */
  looksFirst: boolean;
}

/**
 * The public answer. It comes from the post and the public directory alone: nothing in it, not even
 * its length, depends on whether the person was known.
 */
export function joinAnswer(input: AnswerInput): JoinAnswer {
  const { decision, view } = input;
  const { region, branch } = decision;
  return {
    id: input.id,
    reference: input.reference,
    receivedAt: input.receivedAt.toISOString(),
    allocation: { method: decision.method, explanation: decision.explanation },
    region: region && { slug: region.slug, name: region.name, phone: region.phone },
    branch: branch && {
      slug: branch.slug,
      name: branch.name,
      distanceKm: decision.distanceKm,
      meets: branch.meets,
    },
    contact: view.contactOf(decision.unit),
    next: nextSteps(input),
  };
}

function nextSteps({ responsible, dueAt, channel, looksFirst, view }: AnswerInput): string {
  if (looksFirst) {
    return `We have it. The check that keeps robots out did not run for it, so somebody from ${view.national.name} looks at it first, within a week.`;
  }
  const confirm =
    channel === 'email'
      ? 'We are sending you an email with a link to confirm your address.'
      : 'We are sending you a text message with a link to confirm your number.';
  return dueAt === null ? confirm : `${contactPromise(responsible.name, dueAt)} ${confirm}`;
}

/** What the person may count on, in the answer and in the acknowledgement alike. */
export function contactPromise(unitName: string, dueAt: Date): string {
  return `Somebody from ${unitName} will get in touch by ${describeDay(dueAt)}.`;
}
