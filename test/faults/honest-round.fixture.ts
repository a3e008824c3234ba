import { createHash } from 'node:crypto';
import type { JoinAnswer } from '../../src/join/join.schemas.js';
import type {
  ArrivedMail,
  Book,
  Evidence,
  Life,
  MessageChange,
  PostedJoin,
  StoredJoin,
  StoredMessage,
  StoredPerson,
  Try,
} from './book.js';

const NAMES = ['Qaaaaa', 'Qaaaab', 'Qaaaac'];
const UNIT = { slug: 'leeds', email: 'leeds@example.org' };

/** When everything in an honest round was posted, and when its mails were sent, in milliseconds. */
export const POSTED_AT = 8_000;
export const MAILED_AT = 10_000;

/**
 * Three joins as they should be: answered, stored whole, told of once to either side, one reminded;
 * the second one had a key, and asked again. An API and a worker were killed when all was quiet.
 */
export function honestRound(): { book: Book; evidence: Evidence } {
  const mails = [
    ...NAMES.flatMap((name) => [acknowledgement(name), notice(name)]),
    reminder('Qaaaaa'),
  ];
  return {
    book: {
      joins: NAMES.map((name) => posted(name)),
      planned: ['kill-api', 'kill-worker'],
      happened: { 'kill-api': 1, 'kill-worker': 1 },
      lives: [
        life('api-0.1', { endedAt: 5_000, killed: true }),
        life('api-0.2', { answeringAt: 6_000 }),
        life('worker-0.1', { endedAt: 20_000, killed: true }),
        life('worker-0.2', { answeringAt: 21_000 }),
      ],
      outages: [],
      pace: 1,
      deadlineMilliseconds: 3_000,
      reminded: new Set(['id-Qaaaaa']),
      probes: [{ api: 'api-0', worker: 'worker-0', joins: 1, rowsByNotification: 2 }],
      plannedProbes: 1,
      failures: [],
      wrongAnswers: [],
    },
    evidence: {
      stored: [storedAndReminded('Qaaaaa'), stored('Qaaaab'), stored('Qaaaac')],
      keys: [{ keyHash: sha256('key-Qaaaab'), answer: answer('Qaaaab') }],
      changes: mails.flatMap(({ messageId }) => sentOnce(messageId)),
      mails,
      orphans: 0,
      dead: [],
      unfinished: [],
    },
  };
}

export const life = (name: string, changes: Partial<Life> = {}): Life => ({
  process: name.split('.')[0]!,
  name,
  begunAt: 0,
  answeringAt: 1_000,
  endedAt: undefined,
  killed: false,
  endedWith: undefined,
  frozen: [],
  ...changes,
});

export const answer = (givenName: string): JoinAnswer => ({
  id: `id-${givenName}`,
  reference: `J-${givenName}`,
  receivedAt: '2026-11-23T12:00:00.000Z',
  allocation: { method: 'coverage_rule', explanation: 'LS belongs to Leeds' },
  region: { slug: 'yorkshire', name: 'Yorkshire', phone: null },
  branch: { slug: UNIT.slug, name: 'Leeds', distanceKm: 1, meets: null },
  contact: { name: 'Leeds', phone: null, email: UNIT.email },
  next: 'Somebody from Leeds will get in touch by Wednesday 25 November.',
});

/** A try, at `api-0` unless said otherwise. */
export const tried = (outcome: Try['outcome'], changes: Partial<Try> = {}): Try => ({
  api: 'api-0',
  begunAt: POSTED_AT,
  endedAt: POSTED_AT + 50,
  outcome,
  ...changes,
});

export const answeredTry = (givenName: string, replayed = false): Try =>
  tried('answered', { answer: { body: answer(givenName), replayed } });

export const posted = (givenName: string, changes: Partial<PostedJoin> = {}): PostedJoin => {
  const isKeyed = givenName === 'Qaaaab';
  return {
    email: emailOf(givenName),
    givenName,
    familyName: 'Example',
    phone: '+447700900000',
    postcode: 'LS6 2AA',
    unit: UNIT,
    details: {
      address: { line1: '1 Example Street', town: 'Leeds' },
      dateOfBirth: '1970-02-28',
      message: 'I can help.\nOn Tuesdays.',
      source: { page: 'https://example.org/join' },
    },
    consents: { email: true, sms: false },
    idempotencyKey: isKeyed ? `key-${givenName}` : undefined,
    asksAgain: isKeyed,
    givesUp: false,
    tries: [answeredTry(givenName), ...(isKeyed ? [answeredTry(givenName, true)] : [])],
    ...changes,
  };
};

export const stored = (givenName: string, changes: Partial<StoredJoin> = {}): StoredJoin => ({
  id: `id-${givenName}`,
  email: emailOf(givenName),
  phone: '+447700900000',
  posted: postedBy(givenName),
  answer: answer(givenName),
  handlings: [UNIT.slug],
  allocations: [UNIT.slug],
  followUps: [UNIT.slug],
  people: [storedPerson(givenName)],
  contactPoints: [`email ${emailOf(givenName)}`, 'phone +447700900000'],
  consents: ['email granted', 'sms refused'],
  remindersWaiting: 1,
  messages: [
    sentMessage('join_acknowledgement', `<a-${givenName}>`),
    sentMessage('follow_up_notice', `<n-${givenName}>`),
  ],
  ...changes,
});

export const storedPerson = (
  givenName: string,
  changes: Partial<StoredPerson> = {},
): StoredPerson => ({
  givenName,
  familyName: 'Example',
  dateOfBirth: '1970-02-28',
  country: 'GB',
  postcode: 'LS6 2AA',
  addressLine1: '1 Example Street',
  addressLine2: null,
  town: 'Leeds',
  unit: UNIT.slug,
  ...changes,
});

/** What the submission keeps of the post. */
export const postedBy = (givenName: string) => ({
  givenName,
  familyName: 'Example',
  email: emailOf(givenName),
  phone: '+447700900000',
  country: 'GB',
  postcode: 'LS6 2AA',
  address: { line1: '1 Example Street', town: 'Leeds' },
  dateOfBirth: '1970-02-28',
  message: 'I can help.\nOn Tuesdays.',
  source: { page: 'https://example.org/join' },
  consent: { privacyNotice: '2026-11', email: true, sms: false },
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

/** What is recorded of a mail that went once. */
export const sentOnce = (messageId: string): MessageChange[] => [
  { messageId, state: 'sending', begunAt: MAILED_AT - 12, at: MAILED_AT - 10 },
  { messageId, state: 'sent', begunAt: MAILED_AT + 28, at: MAILED_AT + 30 },
];

export const acknowledgement = (givenName: string): ArrivedMail => ({
  ...mailed(`<a-${givenName}>`),
  to: [emailOf(givenName)],
  subject: 'Thank you for joining',
});

export const notice = (givenName: string): ArrivedMail => ({
  ...mailed(`<n-${givenName}>`),
  to: [UNIT.email],
  subject: `Please get in touch with ${givenName} by Tuesday`,
});

export const reminder = (givenName: string): ArrivedMail => ({
  ...mailed(`<r-${givenName}>`),
  to: [UNIT.email],
  subject: `Reminder: ${givenName} is waiting to hear from you by Tuesday`,
});

function mailed(messageId: string) {
  return {
    messageId,
    sender: 'worker-0.1',
    arrivedAt: MAILED_AT,
    answeredAt: MAILED_AT + 20,
    cutAt: undefined,
  };
}

function emailOf(givenName: string): string {
  return `${givenName.toLowerCase()}@example.org`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
