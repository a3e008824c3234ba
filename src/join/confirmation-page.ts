import { describeDate } from '../allocation/moves/describe-date.js';
import { londonDay } from '../platform/time/london-day.js';
import type { ConfirmableSubmission } from './confirmation.repository.js';
import type { ConfirmationState } from './confirmation.service.js';
import { writtenPostcode } from '../postcodes/royal-mail-postcode.js';

interface Detail {
  readonly label: string;
  readonly value: string;
}

/** Which template a confirmation link opens, and what it shows. */
export function confirmationPage(found: ConfirmationState) {
  if (found.state === 'unknown') {
    return { template: 'confirm-unknown', title: 'This link does not work', data: {} };
  }
  const { submission } = found;
  const { email, phone, receivedAt } = submission;
  const kind = email === null ? 'phone number' : 'email address';
  if (found.state === 'confirmed') {
    return { template: 'confirm-done', title: 'Thank you', data: { kind } };
  }
  return {
    template: 'confirm',
    title: `Please confirm your ${kind}`,
    data: {
      kind,
      address: email ?? phone ?? '',
      day: describeDate(londonDay(receivedAt)),
      spokenOn: submission.spokenOn === null ? null : describeDate(submission.spokenOn),
      details: detailsTakenOver(submission),
    },
  };
}

/**
 * What reaches the record of a known person with the press, in full: somebody else may have typed
 * it. For anybody else there is nothing to show, and a mistyped address tells its owner nothing.
 */
function detailsTakenOver({ takesOver, posted, email, phone }: ConfirmableSubmission): Detail[] {
  if (!takesOver) return [];
  const { address = {}, consent } = posted;
  const wanted: [string, string | null | undefined][] = [
    ['Phone number', email === null ? null : phone],
    ['Address', [address.line1, address.line2, address.town].filter(Boolean).join(', ')],
    ['Postcode', writtenPostcode(posted)],
    ['Country', posted.country === 'GB' ? null : posted.country],
    ['Date of birth', posted.dateOfBirth],
    ['News by email', yesOrNo(consent.email)],
    ['News by text message', yesOrNo(consent.sms)],
    ['News by phone', yesOrNo(consent.phone)],
  ];
  return wanted.flatMap(([label, value]) => (value ? [{ label, value }] : []));
}

function yesOrNo(agreed: boolean | undefined): string | null {
  return agreed === undefined ? null : agreed ? 'yes' : 'no';
}
