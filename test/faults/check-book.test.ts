import { describe, expect, it } from 'vitest';
import type { ArrivedMail, Book, Evidence, PostedJoin, StoredJoin } from './book.js';
import { checkBook } from './check-book.js';
import {
  acknowledgement,
  honestRound,
  notice,
  posted,
  reminder,
  sentMessage,
  stored,
} from './honest-round.fixture.js';

function faultsOf(forge: {
  book?: Partial<Book>;
  joins?: (joins: readonly PostedJoin[]) => PostedJoin[];
  evidence?: Partial<Evidence>;
  mails?: (mails: readonly ArrivedMail[]) => ArrivedMail[];
  stored?: (stored: readonly StoredJoin[]) => StoredJoin[];
}): string {
  const { book, evidence } = honestRound();
  const { faults } = checkBook(
    { ...book, ...forge.book, joins: forge.joins?.(book.joins) ?? book.joins },
    {
      ...evidence,
      ...forge.evidence,
      mails: forge.mails?.(evidence.mails) ?? evidence.mails,
      stored: forge.stored?.(evidence.stored) ?? evidence.stored,
    },
  );
  return faults.join('\n');
}

const repeat = (mails: readonly ArrivedMail[], changes: Partial<ArrivedMail> = {}) => [
  ...mails,
  { ...acknowledgement('Qaaaab'), ...changes },
];

const withRepeatsOnRecord = (all: readonly StoredJoin[], repeats: number) =>
  all.map((one) => ({
    ...one,
    messages: one.messages.map((message) => ({ ...message, repeats })),
  }));

describe('the book of a kill round', () => {
  it('has nothing to say about an honest round', () => {
    const { book, evidence } = honestRound();
    expect(checkBook(book, evidence)).toEqual({
      faults: [],
      posted: 3,
      answered: 3,
      retried: 0,
      replayed: 0,
      unavailable: 0,
      stored: 3,
      acknowledged: 3,
      noticed: 3,
      reminded: 1,
      mails: 7,
      repeatedInFlight: 0,
    });
  });

  it.each<[string, Parameters<typeof faultsOf>[0], RegExp]>([
    [
      'a join that was answered and is not stored',
      {
        stored: (all) => all.slice(0, 2),
        mails: (all) => all.filter(({ messageId }) => !messageId.endsWith('Qaaaac>')),
      },
      /qaaaac@example\.org was answered 201 with id-Qaaaac, which is not stored/,
    ],
    [
      'a join that is stored under another id than was answered',
      { stored: ([first, ...rest]) => [{ ...first!, id: 'another' }, ...rest] },
      /answered 201 with id-Qaaaaa, which is not stored/,
    ],
    [
      'a join that is stored twice',
      { stored: (all) => [...all, stored('Qaaaab', { id: 'second' })] },
      /qaaaab@example\.org was stored 2 times/,
    ],
    [
      'a join that was never answered, though it was posted again and again',
      { joins: (all) => all.map((join) => ({ ...join, answeredId: undefined })) },
      /qaaaaa@example\.org was never answered/,
    ],
    [
      'a submission that nobody posted',
      { stored: (all) => [...all, stored('Qzzzzz')] },
      /id-Qzzzzz was stored, and nobody posted it/,
    ],
    [
      'a missing acknowledgement',
      { mails: (all) => all.filter(({ messageId }) => messageId !== '<a-Qaaaac>') },
      /qaaaac@example\.org: acknowledgements: 0 instead of 1/,
    ],
    [
      'a missing notice',
      { mails: (all) => all.filter(({ messageId }) => messageId !== '<n-Qaaaac>') },
      /qaaaac@example\.org: notices to the unit: 0 instead of 1/,
    ],
    [
      'a second acknowledgement under another Message-ID',
      { mails: (all) => repeat(all, { messageId: '<another>' }) },
      /qaaaab@example\.org: acknowledgements: 2 instead of 1/,
    ],
    [
      'a missing reminder',
      { mails: (all) => all.filter(({ messageId }) => messageId !== '<r-Qaaaaa>') },
      /qaaaaa@example\.org: reminders: 0 instead of 1/,
    ],
    [
      'a second reminder of one duty',
      { mails: (all) => [...all, { ...reminder('Qaaaaa'), messageId: '<another>' }] },
      /qaaaaa@example\.org: reminders: 2 instead of 1/,
    ],
    [
      'a reminder before its day',
      { mails: (all) => [...all, reminder('Qaaaab')] },
      /qaaaab@example\.org: reminders: 1 instead of 0/,
    ],
    [
      'a second reminder that is only stored',
      {
        stored: ([first, ...rest]) => [
          {
            ...first!,
            messages: [...first!.messages, sentMessage('follow_up_reminder', '<r-second>')],
          },
          ...rest,
        ],
      },
      /id-Qaaaaa has the messages .*follow_up_reminder, follow_up_reminder/,
    ],
    [
      'half a submission: nothing that will remind of it',
      { stored: (all) => all.map((one) => ({ ...one, remindersWaiting: 0 })) },
      /id-Qaaaab has 0 remindersWaiting instead of 1/,
    ],
    [
      'a mail that the database knows nothing of',
      { mails: (all) => all.map((mail) => ({ ...mail, messageId: mail.messageId + '-new' })) },
      /a mail arrived as <a-Qaaaaa>-new, which is not stored/,
    ],
    [
      'a mail that belongs to nobody',
      { mails: (all) => repeat(all, { to: ['stranger@example.org'] }) },
      /a mail to stranger@example\.org belongs to nobody/,
    ],
    [
      'a mail for somebody who was never stored',
      {
        joins: (all) => [...all, { ...posted('Qaaaad'), givesUp: true, answeredId: undefined }],
        mails: (all) => [...all, acknowledgement('Qaaaad')],
      },
      /qaaaad@example\.org: acknowledgements: 1 instead of 0/,
    ],
    [
      'a repeat that the application did not count',
      { mails: (all) => repeat(all) },
      /<a-Qaaaab> arrived 2 times, and 0 repeats are on record/,
    ],
    [
      'more repeats than can have been in flight',
      {
        mails: (all) => repeat(repeat(repeat(all))),
        stored: (all) => withRepeatsOnRecord(all, 3),
      },
      /3 mails came again; at most 2 can be in flight/,
    ],
    [
      'a repeat in a round in which nobody was killed',
      {
        book: { happened: { 'flush-redis': 1 } },
        mails: (all) => repeat(all),
        stored: (all) => withRepeatsOnRecord(all, 1),
      },
      /1 mails came again; at most 0 can be in flight/,
    ],
    [
      'half a submission: no duty',
      { stored: ([first, ...rest]) => [{ ...first!, followUps: 0 }, ...rest] },
      /id-Qaaaaa has 0 followUps instead of 1/,
    ],
    [
      'half a submission: no consent',
      { stored: ([first, ...rest]) => [{ ...first!, consents: 0 }, ...rest] },
      /id-Qaaaaa has no consent on record/,
    ],
    [
      'half a submission: no notice to be sent',
      {
        stored: ([first, ...rest]) => [
          { ...first!, messages: first!.messages.slice(0, 1) },
          ...rest,
        ],
      },
      /id-Qaaaaa has the messages join_acknowledgement/,
    ],
    [
      'one person made twice',
      { stored: ([first, ...rest]) => [{ ...first!, people: 2 }, ...rest] },
      /id-Qaaaaa has 2 people instead of 1/,
    ],
    [
      'a message that was given up',
      {
        stored: ([first, ...rest]) => [
          {
            ...first!,
            messages: first!.messages.map((message) => ({ ...message, state: 'failed' })),
          },
          ...rest,
        ],
      },
      /id-Qaaaaa: its follow_up_notice is failed/,
    ],
    ['rows without a submission', { evidence: { orphans: 2 } }, /2 rows have no submission/],
    [
      'dead work',
      { evidence: { dead: ['messaging.send', 'messaging.send'] } },
      /dead in the outbox: messaging\.send ×2/,
    ],
    [
      'work that is never done',
      { evidence: { unfinished: ['messaging.send'] } },
      /still in the outbox: messaging\.send/,
    ],
    [
      'a process that ended by itself',
      { book: { unexpectedExits: ['worker ended by itself (1)'] } },
      /worker ended by itself/,
    ],
    [
      'an answer that no join may get',
      { book: { wrongAnswers: ['qaaaaa@example.org was answered 500'] } },
      /was answered 500/,
    ],
    [
      'a post that was cut although no API was killed',
      {
        book: { happened: { 'kill-worker': 1 } },
        joins: (all) => all.map((join) => ({ ...join, cuts: 1 })),
      },
      /3 posts were cut, and no API was killed/,
    ],
    [
      'a restart of PostgreSQL that no post was answered 503 in',
      { book: { happened: { 'kill-worker': 1, 'restart-fast': 1 } } },
      /PostgreSQL was away 1 times, and no post was answered 503/,
    ],
    [
      'notifications that do not arrive',
      { book: { probes: [{ api: 'api-1', joins: 3, rowsByNotification: 0 }] } },
      /no relay was told of any of 3 joins through api-1/,
    ],
  ])('complains of %s', (_forgery, forge, complaint) => {
    expect(faultsOf(forge)).toMatch(complaint);
  });

  it('counts an email in flight that came again, and lets it pass', () => {
    const { book, evidence } = honestRound();
    const verdict = checkBook(book, {
      ...evidence,
      mails: repeat(evidence.mails),
      stored: withRepeatsOnRecord(evidence.stored, 1),
    });
    expect(verdict).toMatchObject({ faults: [], repeatedInFlight: 1 });
  });

  it.each(['worker-after-send', 'restart-by-kill'])(
    'lets a mail pass that came again after %s',
    (kind) => {
      const { book, evidence } = honestRound();
      const verdict = checkBook(
        {
          ...book,
          happened: { 'kill-api': 1, [kind]: 1 },
          joins: book.joins.map((join) => ({ ...join, tries: 2, unavailable: 1 })),
        },
        {
          ...evidence,
          mails: repeat(evidence.mails),
          stored: withRepeatsOnRecord(evidence.stored, 1),
        },
      );
      expect(verdict).toMatchObject({
        faults: [],
        repeatedInFlight: 1,
        retried: 3,
        unavailable: 3,
      });
    },
  );

  it('takes a post that was given up after a cut either way', () => {
    const { book, evidence } = honestRound();
    const givenUp = { ...posted('Qaaaad'), givesUp: true, answeredId: undefined, cuts: 1 };
    const joins = [...book.joins, givenUp];
    expect(checkBook({ ...book, joins }, evidence).faults).toEqual([]);
    const taken = {
      ...evidence,
      stored: [...evidence.stored, stored('Qaaaad')],
      mails: [...evidence.mails, acknowledgement('Qaaaad'), notice('Qaaaad')],
    };
    expect(checkBook({ ...book, joins }, taken).faults).toEqual([]);
  });
});
