import type { ArrivedMail, Book } from './book.js';
import { groupBy } from './group-by.js';

/** Mails by what they are, and by whom they are to or about. */
export interface SortedMails {
  /** By the address of the person. */
  readonly acknowledgements: Map<string, ArrivedMail[]>;
  /** By the given name of the person that they tell of. */
  readonly notices: Map<string, ArrivedMail[]>;
  readonly reminders: Map<string, ArrivedMail[]>;
}

/** Sorts mails by address and subject alone, as their readers would. */
export function sortMails(
  book: Pick<Book, 'joins'>,
  mails: readonly ArrivedMail[],
  complain: (fault: string) => void,
): SortedMails {
  const people = new Set(book.joins.map(({ email }) => email));
  const names = new Set(book.joins.map(({ givenName }) => givenName));
  const nameIn = (mail: ArrivedMail): string =>
    mail.subject.split(/[^A-Za-z]+/).find((word) => names.has(word)) ?? '';
  const personOf = (mail: ArrivedMail): string =>
    mail.to.find((address) => people.has(address)) ?? '';

  const toPeople = mails.filter((mail) => personOf(mail) !== '');
  const others = mails.filter((mail) => personOf(mail) === '');
  for (const mail of others) {
    if (nameIn(mail) !== '') continue;
    complain(`a mail to ${mail.to.join(', ')} belongs to nobody: ${mail.subject}`);
  }
  const aboutPeople = others.filter((mail) => nameIn(mail) !== '');
  return {
    acknowledgements: groupBy(toPeople, personOf),
    notices: groupBy(
      aboutPeople.filter((mail) => !isReminder(mail)),
      nameIn,
    ),
    reminders: groupBy(aboutPeople.filter(isReminder), nameIn),
  };
}

/** By its subject, as `templates/messages/follow_up_reminder.subject.liquid` begins. */
export function isReminder({ subject }: ArrivedMail): boolean {
  return subject.startsWith('Reminder:');
}
