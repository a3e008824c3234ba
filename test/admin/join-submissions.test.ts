import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SubmissionOptions, makeSubmission } from '../factories/submissions.js';
import { clearAudit } from '../support/clear-audit.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

let stage: AdminStage;
let wales: string;
let national: string;
beforeAll(async () => {
  stage = await startAdminStage();
  wales = await stage.signIn('wales@example.org');
  national = await stage.signIn('national@example.org');
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.database.sql('TRUNCATE join_submission, person CASCADE');
  await clearAudit(stage.database);
});

const make = (options: Partial<SubmissionOptions> = {}) =>
  makeSubmission(stage.database, { unit: stage.organisation.units.cardiff, ...options });
const get = (path: string, token = wales) =>
  stage.call().get(`/v1/admin/join-submissions${path}`).set(bearer(token));
const ids = async (query: string, token = wales) => {
  const answer = await get(query, token);
  expect(answer).toMatchObject({ status: 200 });
  return (answer.body as { data: { id: string }[] }).data.map(({ id }) => id);
};

describe('the list of join submissions', () => {
  it('shows the newest first, page by page, each once', async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index++) made.push((await make()).id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer = await get(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...answer.body.data.map(({ id }: { id: string }) => id));
      cursor = answer.body.nextCursor;
      expect(answer.body).not.toHaveProperty('total');
    }
    expect(seen).toEqual(made.toReversed());
  });

  it('tells what a list needs and nothing else', async () => {
    const { id, reference, personId, followUpId, email } = await make({ dueIn: '-1 hour' });
    const answer = await get('');
    expect(answer.body.data).toEqual([
      {
        id,
        reference,
        receivedAt: expect.stringMatching(/Z$/),
        updatedAt: expect.stringMatching(/Z$/),
        channel: 'json',
        formId: 'join',
        state: 'received',
        givenName: 'Sam',
        familyName: 'Jones',
        email,
        phone: '+447700900123',
        postcode: 'CF10 1AA',
        unit: { kind: 'branch', slug: 'cardiff', name: 'Cardiff' },
        region: { slug: 'wales', name: 'Wales' },
        branch: { slug: 'cardiff', name: 'Cardiff' },
        personId,
        outcome: null,
        followUp: {
          id: followUpId,
          state: 'open',
          dueAt: expect.stringMatching(/Z$/),
          overdue: true,
          tries: 0,
        },
        intake: null,
      },
    ]);
  });

  it('is narrowed by state, region and branch', async () => {
    const { units } = stage.organisation;
    const cardiff = await make();
    const swansea = await make({ unit: units.swansea });
    const leeds = await make({ unit: units.leeds });
    await stage.database.sql(
      "UPDATE join_submission_handling SET state = 'accepted' WHERE submission_id = $1",
      [swansea.id],
    );
    expect(await ids('?state=accepted', national)).toEqual([swansea.id]);
    expect(await ids('?region=wales', national)).toEqual([swansea.id, cardiff.id]);
    expect(await ids('?branch=leeds', national)).toEqual([leeds.id]);
    expect(await ids('?region=wales&branch=leeds', national)).toEqual([]);
    expect(await ids('?branch=nowhere', national)).toEqual([]);
  });

  it('is narrowed to what lies with the posts that somebody holds or covers', async () => {
    const { units, organisers } = stage.organisation;
    await make();
    const regional = await make({ unit: units.wales });
    const escalated = await make({ unit: units.swansea, dutyUnit: units.wales });
    expect(await ids('?assignedTo=me')).toEqual([escalated.id, regional.id]);
    expect(await ids(`?assignedTo=${organisers.cardiff.id}`)).toHaveLength(1);
    await stage.database.sql(
      "UPDATE post SET stand_in_id = $1 WHERE unit_id = $2 AND office = 'branch_secretary'",
      [organisers.wales.id, units.cardiff.id],
    );
    expect(await ids('?assignedTo=me')).toHaveLength(3);
  });

  it('is narrowed by when they came, in days of London or moments', async () => {
    await stage.database.sql('ALTER TABLE join_submission DISABLE TRIGGER USER');
    const at = async (time: string) => {
      const { id } = await make();
      await stage.database.sql('UPDATE join_submission SET received_at = $2 WHERE id = $1', [
        id,
        time,
      ]);
      return id;
    };
    // Half past midnight in London, in summer time.
    const first = await at('2026-06-01T23:30:00Z');
    const second = await at('2026-06-02T22:59:00Z');
    const third = await at('2026-06-02T23:00:00Z');
    await stage.database.sql('ALTER TABLE join_submission ENABLE TRIGGER USER');
    expect(await ids('?from=2026-06-02&to=2026-06-02')).toEqual([second, first]);
    expect(await ids('?from=2026-06-03')).toEqual([third]);
    expect(await ids('?to=2026-06-01')).toEqual([]);
    expect(await ids('?from=2026-06-02T22:59:00Z&to=2026-06-02T23:00:00Z')).toEqual([second]);
    expect(await ids('?from=2026-06-03T00:00:00%2B01:00')).toEqual([third]);
  });

  it('keeps suspected bots apart, for the national office', async () => {
    const person = await make({ unit: stage.organisation.units.national });
    const bot = await make({ unit: stage.organisation.units.national });
    await stage.database.sql(
      "UPDATE join_submission_handling SET state = 'suspected_bot' WHERE submission_id = $1",
      [bot.id],
    );
    expect(await ids('', national)).toEqual([person.id]);
    expect(await ids('?state=suspected_bot', national)).toEqual([bot.id]);
    expect(await ids('?state=suspected_bot')).toEqual([]);
  });

  it('shows what changed since a time, a few seconds late on purpose', async () => {
    const { id } = await make();
    const before = new Date(Date.now() - 60_000).toISOString();
    expect(await ids(`?updatedSince=${before}`)).toEqual([]);
    await stage.database.turnClock('10 seconds');
    try {
      expect(await ids(`?updatedSince=${before}`)).toEqual([id]);
      expect(await ids(`?updatedSince=${new Date(Date.now() + 5_000).toISOString()}`)).toEqual([]);
    } finally {
      await stage.database.turnClock('0 seconds');
    }
  });

  it('counts when asked', async () => {
    for (let index = 0; index < 3; index++) await make();
    expect((await get('?count=true&limit=1')).body).toMatchObject({
      total: { count: 3, capped: false },
      data: [{}],
    });
  });

  it.each([
    [
      '?state=nonsense&limit=0&from=yesterday&assignedTo=him',
      ['assignedTo', 'from', 'limit', 'state'],
    ],
    ['?limit=201', ['limit']],
    ['?cursor=nonsense', ['cursor']],
    ['?cursor=WyJhIl0', ['cursor']],
    ['?to=2026-02-30', ['to']],
    ['?staet=received', ['staet']],
    ['?q=', ['q']],
    ['?q=%00', ['q']],
    ['?state=received&state=spam', ['state']],
    ['?updatedSince=2026-01-01', ['updatedSince']],
  ])('names all faults of %s', async (query, paths) => {
    const answer = await get(query);
    expect(answer.status).toBe(422);
    const faults = (answer.body as { errors: { path: string }[] }).errors.map(({ path }) => path);
    expect(faults.sort()).toEqual(paths);
  });
});

describe('searching join submissions', () => {
  it('finds by reference, name, email, phone and postcode', async () => {
    const sian = await make({
      givenName: 'Siân',
      familyName: "O'Neill-Price",
      email: 'sian@mail.example.org',
      phone: '+447700900777',
      postcode: 'SA1 2BB',
    });
    await make({ givenName: 'Alex', familyName: null });
    for (const q of [
      sian.reference,
      sian.reference.toLowerCase().replaceAll('-', ''),
      'sian',
      'SIÂN',
      'price sian',
      'oneill price'.replace('oneill', "o'neill"),
      'mail.example.org',
      'sian@',
      '07700 900777',
      '+44 7700 900777',
      '900777',
      'sa1 2bb',
      'SA12BB',
      'sa1',
    ]) {
      expect({ q, found: await ids(`?q=${encodeURIComponent(q)}`) }).toEqual({
        q,
        found: [sian.id],
      });
    }
    for (const q of [
      'nobody',
      'sian alex',
      '07700 900778',
      'SA2',
      'J-0000-0000',
      'x@example.org',
    ]) {
      expect({ q, found: await ids(`?q=${encodeURIComponent(q)}`) }).toEqual({ q, found: [] });
    }
  });

  it.each([
    '%',
    '_',
    '\\',
    "'",
    '"',
    '$1',
    '$?',
    "' OR 1=1 --",
    "'; DROP TABLE person; --",
    '<script>alert(1)</script>',
    '%%%%@%',
    '🦆',
    '()',
    '--',
    'a'.repeat(200),
  ])('takes %j for nothing but text', async (q) => {
    await make();
    expect(await ids(`?q=${encodeURIComponent(q)}`)).toEqual([]);
  });
});
