import type { ArrivedMail, Book, Evidence, PostedJoin, StoredJoin } from './book.js';
import { checkBook, type Verdict } from './check-book.js';
import { honestRound } from './honest-round.fixture.js';

/** What is changed of an honest round. */
export interface Forgery {
  readonly book?: Partial<Book>;
  readonly joins?: (joins: readonly PostedJoin[]) => PostedJoin[];
  readonly evidence?: Partial<Evidence>;
  readonly mails?: (mails: readonly ArrivedMail[]) => ArrivedMail[];
  readonly stored?: (stored: readonly StoredJoin[]) => StoredJoin[];
}

/** What the check makes of an honest round that was changed. */
export function verdictOf(forge: Forgery): Verdict {
  const { book, evidence } = honestRound();
  return checkBook(
    { ...book, ...forge.book, joins: forge.joins?.(book.joins) ?? book.joins },
    {
      ...evidence,
      ...forge.evidence,
      mails: forge.mails?.(evidence.mails) ?? evidence.mails,
      stored: forge.stored?.(evidence.stored) ?? evidence.stored,
    },
  );
}

/** Its complaints, one a line. */
export function faultsOf(forge: Forgery): string {
  return verdictOf(forge).faults.join('\n');
}

/** Changes the join of this given name alone. */
export function changing<Row extends PostedJoin | StoredJoin>(
  givenName: string,
  changes: Partial<Row>,
): (rows: readonly Row[]) => Row[] {
  const email = `${givenName.toLowerCase()}@example.org`;
  return (rows) => rows.map((row) => (row.email === email ? { ...row, ...changes } : row));
}
