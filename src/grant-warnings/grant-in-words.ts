import { plainWord } from '../messaging/plain-words.js';
import { roleInWords } from '../organisers/permissions.js';
import { describeDay } from '../platform/time/describe-day.js';
import type { WarnedGrant } from './grant-warnings.repository.js';

const LONGEST_NAME = 60;

/** What a mail says of a grant. */
export function grantInWords(grant: WarnedGrant) {
  const { role, unitName, officeName, holderName, validUntil, readOnlyUntil, hasEnded } = grant;
  return {
    role: roleInWords(role),
    unitName,
    officeName,
    holderName: plainWord(holderName, LONGEST_NAME) ?? 'Somebody',
    lastDay: lastDay(validUntil),
    lastReadingDay: readOnlyUntil === null ? null : lastDay(readOnlyUntil),
    hasEnded,
  };
}

/** Midnight belongs to the day that it ends. */
function lastDay(end: Date): string {
  return describeDay(new Date(end.getTime() - 1));
}
