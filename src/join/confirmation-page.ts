import { describeDate } from '../allocation/moves/describe-date.js';
import { londonDay } from '../platform/time/london-day.js';
import type { ConfirmationState } from './confirmation.service.js';

/**
 * Which template a confirmation link opens, and what it shows: the address that the link went to,
 * and nothing else that was posted. The mailbox may belong to somebody else, so that even where the
 * press takes details over to a record, the page says so without showing them.
 */
export function confirmationPage(found: ConfirmationState) {
  if (found.state === 'unknown') {
    return { template: 'confirm-unknown', title: 'This link does not work', data: {} };
  }
  const { email, phone, receivedAt, takesOver } = found.submission;
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
      takesOver,
    },
  };
}
