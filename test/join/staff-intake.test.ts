import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { joinPost } from '../factories/join-post.js';
import { daysAgo, makeOfficer, type Officer, stallCard } from '../factories/intake.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { recordOf, storedJoin, tableCounts } from '../support/stored.js';

let app: TestApplication;
let cardiff: Officer;
let wales: Officer;
let leeds: Officer;
let national: Officer;
beforeAll(async () => {
  app = await startApplication({
    worker: false,
    settings: { ACKNOWLEDGEMENTS_PER_ADDRESS_PER_DAY: '1000' },
  });
  cardiff = await makeOfficer(app, 'cardiff');
  wales = await makeOfficer(app, 'wales', 'regional_organiser');
  leeds = await makeOfficer(app, 'leeds');
  national = await makeOfficer(app, 'national', 'national_administrator');
});
afterAll(() => app.close());

const LIST = '/join-submissions';
const show = async (officer: Officer, id: string) => (await officer.get(`${LIST}/${id}`)).body;
const personOf = async (id: string) => (await storedJoin(app.database, id)).personId as string;
const consentsOf = (personId: string) =>
  app.database.sql(
    `SELECT channel, decision, source, actor_kind, actor_id, evidence_kind, evidence_reference,
            wording_version, privacy_notice_version,
            to_char(occurred_at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD HH24:MI') AS at
       FROM consent_event WHERE person_id = $1 ORDER BY channel, occurred_at`,
    [personId],
  );
const pairs = (personId: string) =>
  app.database.sql<{ other: string }>(
    'SELECT other_person_id AS other FROM duplicate_candidate WHERE person_id = $1',
    [personId],
  );

describe('an officer who takes a stall card', () => {
  it('makes a person, an allocation, a duty and messages, with conversation and evidence', async () => {
    const on = daysAgo(3);
    const answer = await cardiff.post(
      LIST,
      stallCard({
        givenName: 'Robin',
        card: '0017',
        conversation: { on, with: 'Ceri', note: 'x' },
      }),
    );
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toMatchObject({
      channel: 'stall_card',
      conversationOn: on,
      batchId: null,
      card: '0017',
      branch: { slug: 'cardiff' },
      next: expect.stringContaining('Somebody from Cardiff will get in touch by'),
    });
    expect(answer.body).not.toHaveProperty('personId');
    const shown = await show(cardiff, answer.body.id);
    expect(shown).toMatchObject({
      channel: 'stall_card',
      state: 'received',
      givenName: 'Robin',
      posted: { consent: { privacyNotice: '2026-11', email: true } },
      intake: {
        conversation: { on, with: 'Ceri', note: 'x' },
        card: '0017',
        batchId: null,
        takenById: cardiff.id,
        alreadyContacted: false,
        evidence: { kind: 'signed_card', reference: 'box 3', wording: 'card-2026-10' },
      },
      followUp: { state: 'open', office: 'branch_secretary', unit: { slug: 'cardiff' } },
      messages: [
        { kind: 'join_acknowledgement', state: 'queued' },
        { kind: 'follow_up_notice', state: 'queued' },
      ],
    });
    expect(shown.receivedAt.slice(0, 10)).not.toBe(on);
    expect(await consentsOf(shown.personId)).toEqual([
      {
        channel: 'email',
        decision: 'granted',
        source: 'stall_card',
        actor_kind: 'organiser',
        actor_id: cardiff.id,
        evidence_kind: 'signed_card',
        evidence_reference: 'box 3',
        wording_version: 'card-2026-10',
        privacy_notice_version: '2026-11',
        at: `${on} 00:00`,
      },
    ]);
    const person = (await cardiff.get(`/people/${shown.personId}`)).body;
    expect(person.consents).toMatchObject([
      { actorKind: 'organiser', evidence: { kind: 'signed_card', reference: 'box 3' } },
    ]);
    expect(
      await app.database.sql(
        `SELECT action, actor_id, subject_id FROM audit_event WHERE action = 'join_submission.taken'`,
      ),
    ).toEqual([
      { action: 'join_submission.taken', actor_id: cardiff.id, subject_id: answer.body.id },
    ]);
  });

  it('finds them in the list by channel', async () => {
    const id = await cardiff.take({ channel: 'telephone' });
    const calls = (await cardiff.get(`${LIST}?channel=telephone`)).body;
    expect(calls.data.map((entry: { id: string }) => entry.id)).toEqual([id]);
    expect(calls.data[0].intake.conversation.on).toBe(daysAgo(3));
  });

  it('has the conversation count as the contact where it was one', async () => {
    const id = await cardiff.take({
      alreadyContacted: true,
      conversation: { on: daysAgo(0), note: 'Will come on Thursday.' },
    });
    expect(await show(cardiff, id)).toMatchObject({
      state: 'contacted',
      outcome: 'spoke',
      note: 'Will come on Thursday.',
      handledById: cardiff.id,
      followUp: { state: 'done', outcome: 'contacted', overdue: false },
      messages: [{ kind: 'join_acknowledgement' }],
    });
    expect(
      await app.database.sql(
        `SELECT job FROM outbox o WHERE job = 'follow-ups.remind' AND EXISTS (
           SELECT FROM follow_up f WHERE f.submission_id = $1 AND o.data->>'followUpId' = f.id::text)`,
        [id],
      ),
    ).toEqual([]);
  });

  it('sends a child to the office, and keeps nothing of one who is too young', async () => {
    const year = new Date().getFullYear();
    const id = await national.take({ dateOfBirth: `${year - 16}-01-01` });
    expect(await show(national, id)).toMatchObject({
      unit: { kind: 'national' },
      followUp: { office: 'safeguarding_officer' },
    });
    const before = await tableCounts(app.database);
    const young = await cardiff.post(LIST, stallCard({ dateOfBirth: `${year - 10}-01-01` }));
    expect([young.status, young.body.code]).toEqual([422, 'under_minimum_age']);
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('gets an answer, and no rights, for somebody who belongs to others', async () => {
    const answer = await cardiff.post(LIST, stallCard({ postcode: 'LS6 1AA' }));
    expect([answer.status, answer.body.branch.slug]).toEqual([201, 'leeds']);
    expect((await cardiff.get(`${LIST}/${answer.body.id}`)).status).toBe(404);
    expect((await leeds.get(`${LIST}/${answer.body.id}`)).status).toBe(200);
  });

  it('may name a branch of theirs where there is no postcode', async () => {
    const { postcode: _left, ...card } = stallCard();
    const answer = await cardiff.post(LIST, { ...card, branch: 'cardiff' });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toMatchObject({
      allocation: { method: 'override' },
      branch: { slug: 'cardiff' },
      region: { slug: 'wales' },
    });
    const { personId } = await show(cardiff, answer.body.id);
    const why = (await cardiff.get(`/people/${personId}/allocation`)).body;
    expect(why.current ?? why).toMatchObject({ method: 'override' });
    const elsewhere = await cardiff.post(LIST, { ...card, branch: 'leeds' });
    const nowhere = await cardiff.post(LIST, { ...card, branch: 'nowhere' });
    expect([elsewhere.status, elsewhere.body.errors]).toEqual([422, nowhere.body.errors]);
    const both = await cardiff.post(LIST, stallCard({ branch: 'cardiff' }));
    expect(both.body.errors).toMatchObject([{ path: 'branch', code: 'not_with_postcode' }]);
  });

  it('hears of everything that is missing at once', async () => {
    const answer = await cardiff.post(LIST, {
      givenName: '',
      email: 'nobody',
      conversation: { on: daysAgo(-2) },
      consent: { email: true, evidence: { kind: 'recorded_call' } },
      colour: 'red',
    });
    expect(answer.status).toBe(422);
    const faults = answer.body.errors.map(
      ({ path, code }: { path: string; code: string }) => `${path} ${code}`,
    );
    expect(faults.toSorted()).toEqual([
      'channel required',
      'colour unknown_field',
      'consent.evidence.reference evidence_required',
      'consent.evidence.wording evidence_required',
      'consent.privacyNotice required',
      'conversation.on out_of_range',
      'email invalid_email',
      'givenName too_small',
      'postcode required',
    ]);
  });

  it('needs no evidence for a refusal', async () => {
    const id = await cardiff.take({ consent: { privacyNotice: '2026-11', email: false } });
    expect(await consentsOf(await personOf(id))).toMatchObject([
      { decision: 'refused', wording_version: 'not recorded', at: `${daysAgo(3)} 23:59` },
    ]);
  });
});

describe('consents of somebody who is known', () => {
  const KNOWN = { givenName: 'Alex', familyName: 'Morgan' };
  let made = 0;
  /** Somebody of Cardiff who joined on the web and then withdrew, at this hour of days ago. */
  async function known(withdrawn?: string) {
    const email = `alex.${++made}@example.org`;
    const { body } = await request(app.url)
      .post('/v1/join')
      .send(joinPost({ ...KNOWN, email, postcode: 'CF10 1AA', consent: { privacyNotice: '1' } }))
      .expect(201);
    const personId = await personOf((body as { id: string }).id);
    if (withdrawn !== undefined) {
      await app.database.sql(
        `INSERT INTO consent_event (id, person_id, channel, purpose, decision, occurred_at, source,
                                    privacy_notice_version, wording_version, actor_kind)
         VALUES (gen_random_uuid(), $1, 'email', 'news_and_campaigns', 'withdrawn',
                 $2::timestamp AT TIME ZONE 'Europe/London', 'preferences', '1', '1', 'person')`,
        [personId, withdrawn],
      );
    }
    return { email, personId };
  }
  const holds = async (personId: string) =>
    ((await cardiff.get(`/people/${personId}`)).body.consents as { decision: string }[]).map(
      ({ decision }) => decision,
    );

  it('reach the record of whom the officer has chosen, and nothing else of theirs changes', async () => {
    const { email, personId } = await known();
    const before = await recordOf(app.database, personId);
    const id = await cardiff.take({
      ...KNOWN,
      email,
      personId,
      postcode: 'CF11 9XX',
      message: 'Moved.',
    });
    const after = await recordOf(app.database, personId);
    expect({ ...after, consent_event: [] }).toEqual({ ...before, consent_event: [] });
    expect(after['consent_event']).toHaveLength(1);
    expect(await holds(personId)).toEqual(['granted']);
    expect(await show(cardiff, id)).toMatchObject({
      personId,
      matchedBy: 'organiser',
      posted: { postcode: 'CF11 9XX' },
    });
  });

  it.each([
    ['a later withdrawal stands', `${daysAgo(1)} 09:00`, daysAgo(3), undefined, 'withdrawn'],
    ['one of the same day stands', `${daysAgo(3)} 00:30`, daysAgo(3), undefined, 'withdrawn'],
    ['an earlier one gives way', `${daysAgo(5)} 12:00`, daysAgo(3), undefined, 'granted'],
    ['one an hour before gives way', `${daysAgo(3)} 12:00`, daysAgo(3), '13:00', 'granted'],
    ['one an hour after stands', `${daysAgo(3)} 14:00`, daysAgo(3), '13:00', 'withdrawn'],
  ])('are weighed by the time of the conversation: %s', async (_what, at, on, time, holding) => {
    const { email, personId } = await known(at);
    const conversation = { on, ...(time === undefined ? {} : { at: time }) };
    await cardiff.take({ ...KNOWN, email, personId, conversation });
    expect(await holds(personId)).toEqual([holding]);
  });

  it('wait where nobody chose the person, but for what they refused', async () => {
    const { email, personId } = await known();
    const consent = { ...(stallCard()['consent'] as object), email: true, phone: false };
    const id = await cardiff.take({ ...KNOWN, email, consent });
    expect(await show(cardiff, id)).toMatchObject({ personId, matchedBy: 'contact_and_name' });
    expect(await consentsOf(personId)).toMatchObject([{ channel: 'phone', decision: 'refused' }]);
  });

  it('are refused for whom the officer may not know, as for nobody', async () => {
    const far = await leeds.take({ postcode: 'LS6 1AA' });
    const before = await tableCounts(app.database);
    const elsewhere = await cardiff.post(LIST, stallCard({ personId: await personOf(far) }));
    const nobody = await cardiff.post(
      LIST,
      stallCard({ personId: '018f0000-0000-7000-8000-000000000000' }),
    );
    expect([elsewhere.status, elsewhere.body.errors[0].code]).toEqual([422, 'unknown_person']);
    expect({ ...elsewhere.body, requestId: '' }).toEqual({ ...nobody.body, requestId: '' });
    expect(await tableCounts(app.database)).toEqual(before);
  });
});

describe('somebody who is known elsewhere', () => {
  it('is a new person to this officer, and a pair to the national office alone', async () => {
    const who = { givenName: 'Kim', familyName: 'Elsewhere', email: 'kim.elsewhere@example.org' };
    const known = await personOf(await leeds.take({ ...who, postcode: 'LS6 1AA' }));
    const before = await recordOf(app.database, known);
    const ids = [];
    for (let time = 1; time <= 3; time++)
      ids.push(await cardiff.take({ ...who, card: `k${time}` }));
    const people: string[] = [];
    for (const id of ids) people.push(await personOf(id));
    // Known to this officer from their own first card on, as anybody would be.
    expect(new Set(people).size).toBe(1);
    expect(people[0]).not.toBe(known);
    expect(await pairs(people[0] ?? '')).toEqual([{ other: known }]);
    expect(await recordOf(app.database, known)).toEqual(before);
    const shown = await show(cardiff, ids[0] as string);
    expect(shown).toMatchObject({ personId: people[0], possibleDuplicates: 0, matchedBy: null });
    expect((await show(national, ids[0] as string)).possibleDuplicates).toBe(1);
  });

  it('is answered for exactly as somebody whom nobody knows', async () => {
    const who = { givenName: 'Jo', familyName: 'Hidden', email: 'jo.hidden@example.org' };
    await leeds.take({ ...who, postcode: 'LS6 1AA' });
    const shapes = [];
    for (const card of [who, { ...who, email: 'jo.unknown@example.org' }]) {
      const { body } = await cardiff.post(LIST, stallCard(card));
      const shown = await show(cardiff, body.id);
      const hide = (value: unknown): unknown =>
        JSON.parse(
          JSON.stringify(value, (key, member: unknown) =>
            /id$|At$|^validFrom$|reference|email$|^value$/i.test(key) && typeof member === 'string'
              ? '…'
              : member,
          ),
        );
      shapes.push(hide([body, shown, (await cardiff.get(`/people/${shown.personId}`)).body]));
    }
    expect(shapes[0]).toEqual(shapes[1]);
  });
});

describe('the same card', () => {
  it('is taken once by its number, however often and by whom of the unit it is typed', async () => {
    const card = stallCard({ card: 'A-1' });
    const second = await makeOfficer(app, 'cardiff');
    const first = await cardiff.post(LIST, card);
    const again = await second.post(LIST, { ...card, card: 'a-1' });
    const same = await second.post(LIST, card);
    expect(first.status).toBe(201);
    expect([same.status, same.headers['idempotent-replayed']]).toEqual([201, 'true']);
    expect(same.body).toEqual(first.body);
    expect([again.status, again.body.code, again.body.reference]).toEqual([
      409,
      'card_taken',
      first.body.reference,
    ]);
    const far = await leeds.post(LIST, card);
    expect([far.status, far.body.id === first.body.id]).toEqual([201, false]);
  });

  it('makes one person of two officers at the same moment, and one submission by its number', async () => {
    const second = await makeOfficer(app, 'cardiff');
    for (let round = 1; round <= 25; round++) {
      const numbered = stallCard({ card: `R-${round}` });
      const plain = stallCard({ phone: '07700 900321', familyName: `Round ${'x'.repeat(round)}` });
      const [one, two, three, four] = await Promise.all([
        cardiff.post(LIST, numbered),
        second.post(LIST, numbered),
        cardiff.post(LIST, plain),
        second.post(LIST, plain),
      ]);
      expect([one, two, three, four].map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expect(one.body).toEqual(two.body);
      expect(three.body.id).not.toBe(four.body.id);
      expect(await personOf(three.body.id)).toBe(await personOf(four.body.id));
    }
  });

  it('is answered again with its key, and without one within ten minutes', async () => {
    const [card, key] = [stallCard(), { 'Idempotency-Key': 'a random key of this test' }];
    const first = await cardiff.post(LIST, card, key);
    const again = await cardiff.post(LIST, card, key);
    const plain = await cardiff.post(LIST, stallCard({ givenName: 'Once' }));
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    const other = await cardiff.post(LIST, stallCard(), key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const twice = stallCard({ givenName: 'Twice' });
    const [one, two] = [await cardiff.post(LIST, twice), await cardiff.post(LIST, twice)];
    expect(two.body).toEqual(one.body);
    const theirs = await wales.post(LIST, card, key);
    expect([plain.status, theirs.body.id === first.body.id]).toEqual([201, false]);
  });
});

describe('what does not belong there', () => {
  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"card"'],
    ['a NUL', JSON.stringify(stallCard({ card: 'a\u0000b' }))],
    [
      'a time of no day',
      JSON.stringify(stallCard({ conversation: { on: daysAgo(1), at: '25:00' } })),
    ],
    ['a day of no year', JSON.stringify(stallCard({ conversation: { on: '0000-01-01' } }))],
    ['a day long ago', JSON.stringify(stallCard({ conversation: { on: daysAgo(400) } }))],
    ['a conversation that is a list', JSON.stringify(stallCard({ conversation: [] }))],
    ['a consent that is a text', JSON.stringify(stallCard({ consent: 'yes' }))],
    [
      'an evidence of no kind',
      JSON.stringify(stallCard({ consent: { privacyNotice: '1', evidence: { kind: 'hearsay' } } })),
    ],
    ['a channel of the web', JSON.stringify(stallCard({ channel: 'form' }))],
    ['a constructor', '{"constructor":{"name":1}}'],
    ['an id that is none', JSON.stringify(stallCard({ personId: "1' OR true" }))],
    [
      'a batch that is none',
      JSON.stringify(stallCard({ batchId: '018f0000-0000-7000-8000-000000000000' })),
    ],
  ])('is a 422: %s', async (_what, body) => {
    const before = await tableCounts(app.database);
    const answer = await cardiff.post(LIST, body);
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('errors')]);
    expect(await tableCounts(app.database)).toEqual(before);
  });
});
