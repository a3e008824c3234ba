import type { Book, Evidence } from './book.js';
import { countOf, RESTARTS, WORKER_DEATHS } from './faults.js';
import { groupBy } from './group-by.js';

/**
 * An email in flight at a kill may come again, but only so many, only under its stored Message-ID,
 * and the application has to know.
 *
 * @returns how many came again.
 */
export function checkRepeats(
  book: Book,
  { mails, stored }: Evidence,
  complain: (fault: string) => void,
): number {
  const onRecord = new Map(
    stored.flatMap(({ messages }) => messages.map((one) => [one.messageId, one.repeats] as const)),
  );
  let repeated = 0;
  for (const [messageId, copies] of groupBy(mails, (mail) => mail.messageId)) {
    const again = copies.length - 1;
    repeated += again;
    const known = onRecord.get(messageId);
    if (known === undefined) complain(`a mail arrived as ${messageId}, which is not stored`);
    else if (again > known) {
      complain(`${messageId} arrived ${copies.length} times, and ${known} repeats are on record`);
    }
  }
  const most = mostInFlight(book);
  if (repeated > most) complain(`${repeated} mails came again; at most ${most} can be in flight`);
  return repeated;
}

/** A kill cuts off one worker; while PostgreSQL is away none can say that its mails have gone. */
function mostInFlight({ happened, workers, mailsInFlight }: Book): number {
  const cutOff = countOf(happened, WORKER_DEATHS) + workers * countOf(happened, RESTARTS);
  return cutOff * mailsInFlight;
}
