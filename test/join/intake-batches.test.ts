import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { daysAgo, makeOfficer, type Officer, stallCard } from '../factories/intake.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { storedJoin, tableCounts } from '../support/stored.js';

let app: TestApplication;
let cardiff: Officer;
let wales: Officer;
let leeds: Officer;
beforeAll(async () => {
  app = await startApplication({ worker: false });
  cardiff = await makeOfficer(app, 'cardiff');
  wales = await makeOfficer(app, 'wales', 'regional_organiser');
  leeds = await makeOfficer(app, 'leeds');
});
afterAll(() => app.close());

const BATCHES = '/join-submission-batches';
const batchInput = (changes: object = {}) => ({
  name: 'Market',
  channel: 'stall_card',
  conversationOn: daysAgo(7),
  place: 'Central Market',
  defaults: {
    campaign: 'autumn stalls',
    privacyNotice: '2026-10',
    evidence: { kind: 'signed_card', wording: 'card-2026-10' },
  },
  ...changes,
});
async function makeBatch(officer: Officer = cardiff, changes: object = {}): Promise<string> {
  const answer = await officer.post(BATCHES, batchInput(changes));
  expect(answer.status, answer.text).toBe(201);
  return (answer.body as { id: string }).id;
}
/** What a keyboarder types of one card of a batch. */
const item = (changes: object = {}) => ({
  ...joinPost({ postcode: 'CF10 1AA' }),
  consent: { email: true },
  ...changes,
});

describe('a batch', () => {
  it('belongs to the unit that its maker names, or to the highest they work for', async () => {
    const { body } = await cardiff.post(BATCHES, batchInput());
    expect(body).toMatchObject({
      name: 'Market',
      unit: { kind: 'branch', slug: 'cardiff' },
      submissions: { taken: 0, mine: 0 },
      createdById: cardiff.id,
      closedAt: null,
      version: 1,
      conversationOn: daysAgo(7),
      defaults: batchInput().defaults,
    });
    const ofWales = await wales.post(BATCHES, batchInput());
    const ofSwansea = await wales.post(BATCHES, batchInput({ branch: 'swansea' }));
    expect([ofWales.body.unit.slug, ofSwansea.body.unit.slug]).toEqual(['wales', 'swansea']);
    const both = await wales.post(BATCHES, batchInput({ branch: 'swansea', region: 'wales' }));
    expect(both.body.errors).toMatchObject([{ path: 'branch', code: 'not_with_region' }]);
    const foreign = await cardiff.post(BATCHES, batchInput({ branch: 'leeds' }));
    const absent = await cardiff.post(BATCHES, batchInput({ branch: 'atlantis' }));
    expect(foreign.status).toBe(422);
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...absent.body, requestId: '' });
  });

  it('is seen by the officers of its unit and above alone', async () => {
    const id = await makeBatch();
    const listed = async (officer: Officer) =>
      ((await officer.get(BATCHES)).body.data as { id: string }[]).some((batch) => batch.id === id);
    expect([await listed(cardiff), await listed(wales), await listed(leeds)]).toEqual([
      true,
      true,
      false,
    ]);
    for (const answer of [
      await leeds.get(`${BATCHES}/${id}`),
      await leeds.patch(`${BATCHES}/${id}`, 1, { name: 'Mine' }),
      await leeds.post(`${BATCHES}/${id}/submissions`, { items: [item({ card: '1' })] }),
    ]) {
      expect(answer.status).toBe(404);
    }
    const into = await leeds.post('/join-submissions', { ...item(), batchId: id });
    expect(into.body.errors).toMatchObject([{ path: 'batchId', code: 'unknown_batch' }]);
  });

  it('is made once with its key', async () => {
    const key = { 'Idempotency-Key': 'one batch only, please' };
    const first = await cardiff.post(BATCHES, batchInput(), key);
    const again = await cardiff.post(BATCHES, batchInput(), key);
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
  });

  it('is changed and closed by its version, and takes nothing more then', async () => {
    const id = await makeBatch();
    const path = `${BATCHES}/${id}`;
    const changed = await cardiff.patch(path, 1, {
      place: null,
      defaults: { evidence: { wording: 'card-2' } },
    });
    expect(changed.body).toMatchObject({
      place: null,
      version: 2,
      defaults: { campaign: 'autumn stalls', evidence: { kind: 'signed_card', wording: 'card-2' } },
    });
    expect((await cardiff.patch(path, 1, { closed: true })).status).toBe(412);
    const closed = await cardiff.patch(path, 2, { closed: true });
    expect([closed.status, typeof closed.body.closedAt]).toEqual([200, 'string']);
    const one = await cardiff.post('/join-submissions', { ...item(), batchId: id });
    const many = await cardiff.post(`${path}/submissions`, { items: [item({ card: '1' })] });
    expect([one.body.code, many.body.code]).toEqual(['batch_closed', 'batch_closed']);
    const states = async (state: string) =>
      ((await cardiff.get(`${BATCHES}?state=${state}`)).body.data as { id: string }[]).map(
        (batch) => batch.id,
      );
    expect([(await states('closed')).includes(id), (await states('open')).includes(id)]).toEqual([
      true,
      false,
    ]);
    expect((await cardiff.patch(path, 3, { closed: false })).body.closedAt).toBeNull();
    expect(
      await app.database.sql(
        `SELECT action FROM audit_event WHERE subject_kind = 'join_batch' AND subject_id = $1
          ORDER BY at, id`,
        [id],
      ),
    ).toEqual(
      ['created', 'changed', 'closed', 'reopened'].map((deed) => ({
        action: `join_batch.${deed}`,
      })),
    );
  });

  it('says for its cards what they do not say themselves', async () => {
    const id = await makeBatch();
    const answer = await cardiff.post('/join-submissions', {
      ...item({ card: '12', source: { page: 'leaflet' } }),
      batchId: id,
    });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toMatchObject({ conversationOn: daysAgo(7), batchId: id, card: '12' });
    expect((await cardiff.get(`/join-submissions/${answer.body.id}`)).body).toMatchObject({
      channel: 'stall_card',
      source: { page: 'leaflet', campaign: 'autumn stalls' },
      intake: {
        batchId: id,
        evidence: { kind: 'signed_card', reference: '12', wording: 'card-2026-10' },
      },
    });
    const bare = await makeBatch(cardiff, { defaults: undefined });
    const missing = await cardiff.post('/join-submissions', { ...item(), batchId: bare });
    expect(missing.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'consent.evidence.kind',
      'consent.evidence.wording',
      'consent.privacyNotice',
    ]);
  });

  it('counts what was typed, and lists what the caller answers for', async () => {
    const id = await makeBatch();
    const mine = await cardiff.post('/join-submissions', { ...item({ card: '1' }), batchId: id });
    await cardiff.post('/join-submissions', {
      ...item({ card: '2', postcode: 'LS6 1AA' }),
      batchId: id,
    });
    expect((await cardiff.get(`${BATCHES}/${id}`)).body.submissions).toEqual({ taken: 2, mine: 1 });
    const { data } = (await cardiff.get(`/join-submissions?batch=${id}`)).body;
    expect(data.map((entry: { id: string }) => entry.id)).toEqual([mine.body.id]);
  });
});

describe('many cards at once', () => {
  it('are each taken for themselves, with faults told by their place', async () => {
    const id = await makeBatch();
    const items = [
      item({ card: '1' }),
      item({ card: '2', email: 'nobody' }),
      item({
        card: '3',
        consent: { email: true, evidence: { kind: 'spoken' } },
        postcode: undefined,
      }),
      item(),
      item({ card: '1', givenName: 'Another' }),
      item({ card: '5', dateOfBirth: `${new Date().getFullYear() - 9}-01-01` }),
      item({ card: '6', batchId: id }),
      item({ card: '7', postcode: 'LS6 1AA' }),
      [],
    ];
    const refused = await cardiff.post(`${BATCHES}/${id}/submissions`, { items });
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, 'items.8']);

    const { status, body } = await cardiff.post(`${BATCHES}/${id}/submissions`, {
      items: items.slice(0, -1),
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ taken: 2, repeated: 0, refused: 6 });
    expect(
      body.items.map(
        ({ outcome, errors }: { outcome: string; errors: { path: string; code: string }[] }) => [
          outcome,
          ...errors.map(({ path, code }) => `${path} ${code}`),
        ],
      ),
    ).toEqual([
      ['taken'],
      ['refused', 'items.1.email invalid_email'],
      ['refused', 'items.2.postcode required'],
      ['refused', 'items.3.card required'],
      ['refused', 'items.4.card card_taken'],
      ['refused', 'items.5.dateOfBirth under_minimum_age'],
      ['refused', 'items.6.batchId unknown_field'],
      ['taken'],
    ]);
    expect(body.items[7].submission).toMatchObject({ card: '7', branch: { slug: 'leeds' } });
    expect((await cardiff.get(`${BATCHES}/${id}`)).body.submissions).toEqual({ taken: 2, mine: 1 });
  });

  it('may be sent again: forty cards are forty people', async () => {
    const id = await makeBatch();
    const items = Array.from({ length: 40 }, (_, card) => item({ card: `${card + 1}` }));
    const path = `${BATCHES}/${id}/submissions`;
    const first = await cardiff.post(path, { items });
    expect(first.body).toMatchObject({ taken: 40, repeated: 0, refused: 0 });
    const before = await tableCounts(app.database);
    const again = await cardiff.post(path, { items });
    expect(again.body).toMatchObject({ taken: 0, repeated: 40, refused: 0 });
    expect(again.body.items[39].submission).toEqual(first.body.items[39].submission);
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('are the same card to two officers who type at the same moment', async () => {
    const id = await makeBatch();
    const second = await makeOfficer(app, 'cardiff');
    const items = Array.from({ length: 20 }, (_, card) => item({ card: `${card + 1}` }));
    const path = `${BATCHES}/${id}/submissions`;
    const [one, two] = await Promise.all([
      cardiff.post(path, { items }),
      second.post(path, { items: items.toReversed() }),
    ]);
    expect(one.body.taken + two.body.taken).toBe(20);
    expect(one.body.repeated + two.body.repeated).toBe(20);
    const ids = (report: { items: { submission: { id: string } }[] }) =>
      report.items.map(({ submission }) => submission.id).sort();
    expect(ids(one.body)).toEqual(ids(two.body));
    const people = new Set<string | null>();
    for (const submission of ids(one.body)) {
      people.add((await storedJoin(app.database, submission)).personId);
    }
    expect(people.size).toBe(20);
  });

  it.each([
    ['none', { items: [] }],
    ['a hundred and one', { items: Array.from({ length: 101 }, () => ({})) }],
    ['a text', { items: 'card' }],
    ['nothing', {}],
    ['null', { items: [null] }],
  ])('are refused as a whole where they are no list of cards: %s', async (_what, body) => {
    const id = await makeBatch();
    const answer = await cardiff.post(`${BATCHES}/${id}/submissions`, body);
    expect(answer.status).toBe(422);
  });

  it('bear whatever a card may hold', async () => {
    const id = await makeBatch();
    const items = [
      {},
      { card: {} },
      { card: '1', givenName: 7, consent: [] },
      item({ card: '\u0000' }),
      item({ card: '2', source: 'x' }),
      stallCard({ card: '3', conversation: { on: daysAgo(-1) } }),
      { card: '4', personId: '018f0000-0000-7000-8000-000000000000', ...item() },
    ];
    const { status, body } = await cardiff.post(`${BATCHES}/${id}/submissions`, { items });
    expect([status, body.refused]).toEqual([200, 7]);
    for (const [index, { errors }] of body.items.entries()) {
      expect(errors.length).toBeGreaterThan(0);
      for (const { path } of errors) expect(path).toMatch(new RegExp(`^items\\.${index}`));
    }
  });
});
