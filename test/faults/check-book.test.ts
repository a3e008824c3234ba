import { describe, expect, it } from 'vitest';
import type { ArrivedMail, Life } from './book.js';
import { checkBook } from './check-book.js';
import { faultsOf, type Forgery, verdictOf } from './forged-round.fixture.js';
import {
  acknowledgement,
  honestRound,
  life,
  notice,
  posted,
  reminder,
  sentMessage,
  sentOnce,
  stored,
  tried,
} from './honest-round.fixture.js';

const another = (mails: readonly ArrivedMail[], changes: Partial<ArrivedMail>) => [
  ...mails,
  { ...acknowledgement('Qaaaab'), ...changes },
];

/** PostgreSQL was away from 6,000 to 7,000; a worker ended by itself. */
const ending = (endedAt: number, changes: Partial<Life> = {}): Forgery => ({
  book: {
    lives: [
      ...honestRound().book.lives,
      life('worker-1.1', { answeringAt: undefined, endedAt, endedWith: '1', ...changes }),
    ],
    outages: [{ kind: 'restart-fast', from: 6_000, to: 7_000 }],
  },
  joins: (all) => [
    { ...all[0]!, tries: [tried('unavailable', { begunAt: 6_100 }), ...all[0]!.tries] },
    ...all.slice(1),
  ],
});

describe('the book of a kill round', () => {
  it('has nothing to say about an honest round', () => {
    const { book, evidence } = honestRound();
    expect(checkBook(book, evidence)).toEqual({
      faults: [],
      posted: 3,
      answered: 3,
      retried: 0,
      replayed: 1,
      unavailable: 0,
      recoveryMilliseconds: 0,
      inProgress: 0,
      stored: 3,
      acknowledged: 3,
      noticed: 3,
      reminded: 1,
      mails: 7,
      repeatsInFlight: { death: 0, outage: 0, deadline: 0, none: 0 },
      patienceMilliseconds: 1_000,
    });
  });

  it.each<[string, Forgery, RegExp]>([
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
      'a notice in the mailbox of another unit',
      {
        mails: (all) =>
          all.map((mail) =>
            mail.messageId === '<n-Qaaaac>' ? { ...mail, to: ['hull@example.org'] } : mail,
          ),
      },
      /qaaaac@example\.org: notices to the unit: to hull@example\.org, not leeds@example\.org/,
    ],
    [
      'a reminder in the mailbox of another unit',
      {
        mails: (all) =>
          all.map((mail) =>
            mail.messageId === '<r-Qaaaaa>' ? { ...mail, to: ['hull@example.org'] } : mail,
          ),
      },
      /qaaaaa@example\.org: reminders: to hull@example\.org, not leeds@example\.org/,
    ],
    [
      'an acknowledgement that somebody else gets, too',
      {
        mails: (all) =>
          all.map((mail) =>
            mail.messageId === '<a-Qaaaac>'
              ? { ...mail, to: [...mail.to, 'hull@example.org'] }
              : mail,
          ),
      },
      /acknowledgements: to qaaaac@example\.org, hull@example\.org, not qaaaac@example\.org/,
    ],
    [
      'a second acknowledgement under another Message-ID',
      { mails: (all) => another(all, { messageId: '<another>' }) },
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
      'a mail that the database knows nothing of',
      { mails: (all) => all.map((mail) => ({ ...mail, messageId: mail.messageId + '-new' })) },
      /a mail arrived as <a-Qaaaaa>-new, which is not stored/,
    ],
    [
      'a mail that belongs to nobody',
      { mails: (all) => another(all, { to: ['stranger@example.org'] }) },
      /a mail to stranger@example\.org belongs to nobody/,
    ],
    [
      'a mail for somebody who was never stored',
      {
        joins: (all) => [...all, posted('Qaaaad', { givesUp: true, tries: [] })],
        mails: (all) => [...all, acknowledgement('Qaaaad')],
      },
      /qaaaad@example\.org: acknowledgements: 1 instead of 0/,
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
      ending(6_000, { answeringAt: 1_000 }),
      /^worker-1\.1 ended by itself \(1\)$/,
    ],
    [
      'a process that ended as it came up, though PostgreSQL was there',
      ending(5_500),
      /^worker-1\.1 ended by itself \(1\)$/,
    ],
    [
      'a process that came up and ended when PostgreSQL was back',
      ending(8_500, { begunAt: 7_500 }),
      /^worker-1\.1 ended by itself \(1\)$/,
    ],
    [
      'a round that did not come to its end',
      { book: { failures: ['the round did not come to its end: no'] } },
      /the round did not come to its end/,
    ],
    [
      'an answer that no join may get',
      { book: { wrongAnswers: ['qaaaaa@example.org was answered 500'] } },
      /was answered 500/,
    ],
    [
      'notifications that reach one worker and not the other',
      {
        book: {
          plannedProbes: 2,
          probes: [
            { api: 'api-1', worker: 'worker-0', joins: 1, rowsByNotification: 2 },
            { api: 'api-1', worker: 'worker-1', joins: 5, rowsByNotification: 0 },
          ],
        },
      },
      /^worker-1 was told of none of 5 joins through api-1: notifications are lost$/,
    ],
    [
      'planned probes of which none came',
      { book: { probes: [] } },
      /^a fault of the harness: 1 probes were planned, 0 done$/,
    ],
    [
      'planned probes of which one is missing',
      { book: { plannedProbes: 2 } },
      /^a fault of the harness: 2 probes were planned, 1 done$/,
    ],
    [
      'a planned fault that never came',
      { book: { planned: ['kill-api', 'kill-worker', 'relay-after-add'] } },
      /a fault of the harness: relay-after-add was planned 1 times, came 0/,
    ],
    [
      'a planned fault that came less often',
      { book: { planned: ['kill-api', 'kill-api', 'kill-worker'] } },
      /a fault of the harness: kill-api was planned 2 times, came 1/,
    ],
  ])('complains of %s', (_forgery, forge, complaint) => {
    expect(faultsOf(forge)).toMatch(complaint);
  });

  it('lets a process end that comes up while PostgreSQL is away', () => {
    expect(verdictOf(ending(6_500)).faults).toEqual([]);
    expect(verdictOf(ending(7_500, { begunAt: 6_500 })).faults).toEqual([]);
  });

  it('takes a post that was given up after a cut either way', () => {
    const cut = tried('cut', { begunAt: 4_990, endedAt: 5_010 });
    const givenUp = posted('Qaaaad', { givesUp: true, tries: [cut] });
    const joins: Forgery['joins'] = (all) => [...all, givenUp];
    expect(verdictOf({ joins }).faults).toEqual([]);
    const { changes } = honestRound().evidence;
    const taken = verdictOf({
      joins,
      evidence: { changes: [...changes, ...sentOnce('<a-Qaaaad>'), ...sentOnce('<n-Qaaaad>')] },
      stored: (all) => [...all, stored('Qaaaad')],
      mails: (all) => [...all, acknowledgement('Qaaaad'), notice('Qaaaad')],
    });
    expect(taken.faults).toEqual([]);
  });
});
