import type { ArrivedMail, Book, Evidence, PostedJoin, StoredJoin, StoredMessage } from './book.js';

const NAMES = ['Qaaaaa', 'Qaaaab', 'Qaaaac'];

/** Three joins as they should be: answered, stored whole, told of once to either side, one reminded. */
export function honestRound(): { book: Book; evidence: Evidence } {
  return {
    book: {
      joins: NAMES.map(posted),
      happened: { 'kill-api': 1, 'kill-worker': 1 },
      workers: 2,
      mailsInFlight: 2,
      reminded: new Set(['id-Qaaaaa']),
      probes: [{ api: 'api-0', joins: 3, rowsByNotification: 6 }],
      unexpectedExits: [],
      wrongAnswers: [],
    },
    evidence: {
      stored: [storedAndReminded('Qaaaaa'), stored('Qaaaab'), stored('Qaaaac')],
      mails: [
        ...NAMES.flatMap((name) => [acknowledgement(name), notice(name)]),
        reminder('Qaaaaa'),
      ],
      orphans: 0,
      dead: [],
      unfinished: [],
    },
  };
}

export const posted = (givenName: string): PostedJoin => ({
  email: `${givenName.toLowerCase()}@example.org`,
  givenName,
  idempotencyKey: undefined,
  givesUp: false,
  tries: 1,
  cuts: 0,
  unavailable: 0,
  answeredId: `id-${givenName}`,
  replayed: false,
});

export const stored = (givenName: string, changes: Partial<StoredJoin> = {}): StoredJoin => ({
  id: `id-${givenName}`,
  email: `${givenName.toLowerCase()}@example.org`,
  handlings: 1,
  people: 1,
  contactPoints: 1,
  allocations: 1,
  consents: 1,
  followUps: 1,
  remindersWaiting: 1,
  messages: [
    sentMessage('join_acknowledgement', `<a-${givenName}>`),
    sentMessage('follow_up_notice', `<n-${givenName}>`),
  ],
  ...changes,
});

export const storedAndReminded = (givenName: string): StoredJoin => {
  const waiting = stored(givenName);
  const messages = [...waiting.messages, sentMessage('follow_up_reminder', `<r-${givenName}>`)];
  return { ...waiting, remindersWaiting: 0, messages };
};

export const sentMessage = (kind: string, messageId: string): StoredMessage => ({
  kind,
  state: 'sent',
  messageId,
  repeats: 0,
});

export const acknowledgement = (givenName: string): ArrivedMail => ({
  messageId: `<a-${givenName}>`,
  to: [`${givenName.toLowerCase()}@example.org`],
  subject: 'Thank you for joining',
});

export const notice = (givenName: string): ArrivedMail => ({
  messageId: `<n-${givenName}>`,
  to: ['branch@example.org'],
  subject: `Please get in touch with ${givenName} by Tuesday`,
});

export const reminder = (givenName: string): ArrivedMail => ({
  messageId: `<r-${givenName}>`,
  to: ['branch@example.org'],
  subject: `Reminder: ${givenName} is waiting to hear from you by Tuesday`,
});
