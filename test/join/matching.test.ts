import request from 'supertest';
import { SOONEST_ANSWER_MILLISECONDS } from '../../src/join/join.service.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { recordOf, storedJoin, tableCounts } from '../support/stored.js';

let app: TestApplication;
beforeAll(async () => {
  app = await startApplication({
    worker: false,
    settings: { ACKNOWLEDGEMENTS_PER_ADDRESS_PER_DAY: '1000' },
  });
});
afterAll(() => app.close());

const join = async (post: Record<string, unknown>) =>
  joined(await request(app.url).post('/v1/join').send(post));

/** The posts at once, and then what became of each. */
async function joinAtOnce(posts: Record<string, unknown>[]) {
  const answers = await Promise.all(
    posts.map((post) => request(app.url).post('/v1/join').send(post)),
  );
  const all = [];
  for (const answer of answers) all.push(await joined(answer));
  return all;
}

async function joined(answer: request.Response) {
  expect(answer.status, answer.text).toBe(201);
  const stored = await storedJoin(app.database, (answer.body as { id: string }).id);
  return { answer, ...stored, personId: stored.personId as string };
}
const candidates = (personId: string) =>
  app.database.sql<{ other: string; reason: string; state: string }>(
    `SELECT other_person_id AS other, reason, state FROM duplicate_candidate
      WHERE person_id = $1 ORDER BY 1`,
    [personId],
  );
const verify = (personId: string) =>
  app.database.sql(
    `UPDATE contact_point SET verified_at = clock_now() WHERE person_id = $1 AND kind = 'email'`,
    [personId],
  );

describe('the same email or phone with the same name', () => {
  it.each([
    ['written alike', {}],
    ['in other capitals', { givenName: 'ZOË', familyName: 'müller-O’BRIEN' }],
    ['without accents and marks', { givenName: 'Zoe', familyName: 'Muller O Brien' }],
    ['with more spaces', { givenName: ' Zoë ', familyName: 'Müller-O’Brien ' }],
    ['decomposed', { givenName: 'Zoe\u0308' }],
    ['and the address in capitals', { email: 'ZOE@Example.ORG' }],
    ['at another place', { postcode: 'CF10 1AA', address: { town: 'Cardiff' } }],
  ])('is the same person %s', async (_how, changes) => {
    const zoe = { givenName: 'Zoë', familyName: 'Müller-O’Brien', email: 'zoe@example.org' };
    const first = await join(joinPost(zoe));
    const again = await join(joinPost({ ...zoe, message: _how, ...changes }));
    expect(again.personId).toBe(first.personId);
    expect(again.matchedBy).toBe('contact_and_name');
    expect(await candidates(first.personId)).toEqual([]);
  });

  it('is the same person by phone, however it is written', async () => {
    const robin = { givenName: 'Robin', familyName: 'Carter', email: undefined };
    const first = await join(joinPost({ ...robin, phone: '07700 900111' }));
    const again = await join(
      joinPost({ ...robin, phone: '+44 (0)7700 900111', message: 'Me again.' }),
    );
    expect(again).toMatchObject({ personId: first.personId, matchedBy: 'contact_and_name' });
  });

  it('is the same person when only the phone is known and the email is new', async () => {
    const robin = { givenName: 'Robin', familyName: 'Vale', phone: '07700 900112' };
    const first = await join(joinPost({ ...robin, email: 'robin.old@example.org' }));
    const again = await join(joinPost({ ...robin, email: 'robin.new@example.org' }));
    expect(again.personId).toBe(first.personId);
  });
});

describe('another name at the same address', () => {
  it.each([
    ['another given name', { givenName: 'Alex', familyName: 'Shared' }],
    ['another family name', { givenName: 'Kim', familyName: 'Other' }],
    ['no family name, the address being unconfirmed', { givenName: 'Kim', familyName: undefined }],
  ])('is another person and a pair to review: %s', async (what, name) => {
    const email = `household.${what.length}@example.org`;
    const first = await join(joinPost({ givenName: 'Kim', familyName: 'Shared', email }));
    const other = await join(joinPost({ ...name, email }));
    expect(other.personId).not.toBe(first.personId);
    expect(other.matchedBy).toBeNull();
    expect(await candidates(other.personId)).toEqual([
      { other: first.personId, reason: 'shared_contact_point', state: 'open' },
    ]);
  });

  it('is put up against everybody who shares the email or the phone', async () => {
    const phone = '07700 900113';
    const email = 'three@example.org';
    const one = await join(joinPost({ givenName: 'One', email }));
    const two = await join(joinPost({ givenName: 'Two', email: undefined, phone }));
    const three = await join(joinPost({ givenName: 'Three', email, phone }));
    expect((await candidates(three.personId)).map(({ other }) => other).sort()).toEqual(
      [one.personId, two.personId].sort(),
    );
  });

  it('never guesses between two people of one name', async () => {
    const name = { givenName: 'Jo', familyName: 'Twin' };
    const phone = '07700 900114';
    const email = 'jo.twin@example.org';
    const byEmail = await join(joinPost({ ...name, email }));
    const byPhone = await join(joinPost({ ...name, email: undefined, phone }));
    const both = await join(joinPost({ ...name, email, phone }));
    expect(both.matchedBy).toBeNull();
    expect([byEmail.personId, byPhone.personId]).not.toContain(both.personId);
    expect(await candidates(both.personId)).toHaveLength(2);
  });
});

describe('a confirmed email with the same given name', () => {
  it('is the same person where a family name is missing on either side', async () => {
    const email = 'mia@example.org';
    const first = await join(joinPost({ givenName: 'Mia', familyName: 'Stone', email }));
    await verify(first.personId);
    const short = await join(joinPost({ givenName: 'mia', familyName: undefined, email }));
    expect(short).toMatchObject({ personId: first.personId, matchedBy: 'verified_email' });

    const bare = await join(
      joinPost({ givenName: 'Ali', familyName: undefined, email: 'ali@example.org' }),
    );
    await verify(bare.personId);
    const full = await join(
      joinPost({ givenName: 'Ali', familyName: 'Khan', email: 'ali@example.org' }),
    );
    expect(full).toMatchObject({ personId: bare.personId, matchedBy: 'verified_email' });
  });

  it('is another person with another family name or given name', async () => {
    const email = 'pat@example.org';
    const first = await join(joinPost({ givenName: 'Pat', familyName: 'Stone', email }));
    await verify(first.personId);
    for (const name of [
      { givenName: 'Pat', familyName: 'Hill' },
      { givenName: 'Pim', familyName: 'Stone' },
    ]) {
      const other = await join(joinPost({ ...name, email }));
      expect(other.personId).not.toBe(first.personId);
      expect(other.matchedBy).toBeNull();
    }
  });
});

describe('a match', () => {
  const known = { givenName: 'Rae', familyName: 'Known', email: 'rae.k@example.org' };
  const proposed = {
    phone: '07700 900120',
    postcode: 'CF10 1AA',
    address: { line1: '9 New Road', town: 'Cardiff' },
    dateOfBirth: '1980-02-03',
    consent: { privacyNotice: '2026-11', email: false, sms: true, phone: true },
  };

  it('changes nothing on the known record, and keeps what was posted as proposed', async () => {
    const { personId } = await join(joinPost({ ...known, postcode: 'M14 5RX' }));
    const before = await recordOf(app.database, personId);
    expect(before).toMatchObject({
      person: [{ postcode: 'M14 5RX', version: 1 }],
      contact_point: [{ value: 'rae.k@example.org', verified_at: null }],
      consent_event: [{ channel: 'email', decision: 'granted' }],
      allocation: [{ method: 'coverage_rule' }],
    });
    const again = await join(joinPost({ ...known, ...proposed }));
    expect(again.personId).toBe(personId);
    expect(await recordOf(app.database, personId)).toEqual(before);
    const [submission] = await app.database.sql(
      'SELECT posted FROM join_submission WHERE id = $1',
      [again.answer.body.id],
    );
    expect(submission).toMatchObject({ posted: proposed });
    // The duty is new: somebody who raises a hand twice is answered twice.
    const duties = await app.database.sql('SELECT id FROM follow_up WHERE submission_id = $1', [
      again.answer.body.id,
    ]);
    expect(duties).toHaveLength(1);
  });

  it('is answered in the same shape as no match, from the post alone', async () => {
    await join(joinPost({ ...known, familyName: 'Shape', email: 'rae.1@example.org' }));
    const post = { ...known, ...proposed, familyName: 'Shape' };
    const ofKnown = await join(joinPost({ ...post, email: 'rae.1@example.org' }));
    const ofUnknown = await join(
      joinPost({ ...post, email: 'rae.2@example.org', phone: '07700 900121' }),
    );
    expect([ofKnown.matchedBy, ofUnknown.matchedBy]).toEqual(['contact_and_name', null]);

    const plain = ({ headers, body, status }: request.Response) => {
      const { date: _date, 'x-request-id': _id, ...same } = headers as Record<string, string>;
      return { status, headers: same, body: { ...body, id: '', reference: '', receivedAt: '' } };
    };
    expect(plain(ofKnown.answer)).toEqual(plain(ofUnknown.answer));
    expect(Object.keys(ofKnown.answer.body as object)).toEqual([
      'id',
      'reference',
      'receivedAt',
      'allocation',
      'region',
      'branch',
      'contact',
      'next',
    ]);
  });

  it('writes as many messages, duties and jobs as no match does', async () => {
    const grown = async (post: Record<string, unknown>) => {
      const before = await tableCounts(app.database);
      await join(joinPost(post));
      const after = await tableCounts(app.database);
      return ['message', 'follow_up', 'outbox', 'join_submission', 'idempotency_key'].map(
        (table) => (after[`public.${table}`] ?? 0) - (before[`public.${table}`] ?? 0),
      );
    };
    const lee = { givenName: 'Lee', familyName: 'Counted', email: 'lee@example.org' };
    const first = await grown(lee);
    expect(first).toEqual([2, 1, 3, 1, 1]);
    expect(await grown({ ...lee, message: 'Again' })).toEqual(first);
  });
});

describe('simultaneous posts of one new person', () => {
  it.each([2, 20])('%i of them make one person', async (count) => {
    const who = {
      givenName: 'Nia',
      familyName: `Many ${count === 2 ? 'b' : 'c'}`,
      email: `nia.${count}@example.org`,
      phone: '07700 900130',
    };
    // Each with another message: the same content would be one and the same submission.
    const all = await joinAtOnce(
      Array.from({ length: count }, (_, n) => joinPost({ ...who, message: `Post ${n}` })),
    );
    expect(new Set(all.map(({ personId }) => personId)).size).toBe(1);
    expect(new Set(all.map(({ answer }) => answer.body.id)).size).toBe(count);
    expect(all.filter(({ matchedBy }) => matchedBy === null)).toHaveLength(1);
    const [person] = all;
    const record = await recordOf(app.database, person?.personId ?? '');
    expect(record['contact_point']).toHaveLength(2);
    expect(record['allocation']).toHaveLength(1);
  });

  it('that share contact points crosswise end without a deadlock', async () => {
    const [a, b] = ['cross.a@example.org', 'cross.b@example.org'];
    const [one, two] = ['07700 900131', '07700 900132'];
    const posts = Array.from({ length: 12 }, (_, n) =>
      joinPost({
        givenName: `Cross ${'abcdefghijkl'[n]}`,
        email: n % 2 ? a : b,
        phone: n % 3 ? one : two,
      }),
    );
    const all = await joinAtOnce(posts);
    expect(new Set(all.map(({ personId }) => personId)).size).toBe(12);
  });
});

describe('the time of an answer', () => {
  it('is no shorter for a person who is known, nor for a bot or a repeated post', async () => {
    const post = joinPost();
    const first = await join(post);
    await verify(first.personId);
    const posts = [
      { ...post, message: 'Once more' },
      { ...joinPost(), fax_number: '1' },
      { ...post, message: 'Once more' },
    ];
    for (const each of posts) {
      const began = performance.now();
      const { status } = await request(app.url).post('/v1/join').send(each);
      expect(status).toBe(201);
      expect(performance.now() - began).toBeGreaterThanOrEqual(SOONEST_ANSWER_MILLISECONDS - 1);
    }
  });
});
