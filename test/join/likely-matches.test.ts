import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maskedEmail, maskedPhone } from '../../src/join/intake/masked-contact.js';
import { SOONEST_ANSWER_MILLISECONDS } from '../../src/join/join.service.js';
import { makeOfficer, type Officer, stallCard } from '../factories/intake.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { storedJoin, tableCounts } from '../support/stored.js';

let app: TestApplication;
let cardiff: Officer;
let wales: Officer;
let leeds: Officer;
let national: Officer;
const people: Record<string, string> = {};
beforeAll(async () => {
  app = await startApplication({ worker: false });
  cardiff = await makeOfficer(app, 'cardiff');
  wales = await makeOfficer(app, 'wales', 'regional_organiser');
  leeds = await makeOfficer(app, 'leeds');
  national = await makeOfficer(app, 'national', 'national_administrator');
  const make = async (who: string, by: Officer, details: Record<string, unknown>) => {
    const { personId } = await storedJoin(app.database, await by.take(details));
    people[who] = personId ?? '';
  };
  const sam = { givenName: 'Sam', familyName: 'Müller', address: { town: 'Cardiff' } };
  await make('sam', cardiff, {
    ...sam,
    email: 'sam.mueller@example.org',
    phone: '07700 900123',
    postcode: 'CF10 1AA',
  });
  await make('namesake', cardiff, { ...sam, email: 'other@example.org', postcode: 'CF10 9ZZ' });
  await make('housemate', cardiff, {
    givenName: 'Sam',
    familyName: 'Price',
    email: 'house@example.org',
    postcode: 'CF10 1AA',
  });
  await make('swansea', wales, { ...sam, email: 'swansea@example.org', postcode: 'SA1 1AA' });
  await make('leeds', leeds, { ...sam, email: 'sam.leeds@example.org', postcode: 'LS6 1AA' });
});
afterAll(() => app.close());

const MATCHES = '/join-submissions/matches';
interface Match {
  personId: string;
  why: string[];
}
async function matches(officer: Officer, question: object): Promise<[string, string[]][]> {
  const answer = await officer.post(MATCHES, question);
  expect(answer.status, answer.text).toBe(200);
  const names = Object.entries(people);
  return (answer.body as { matches: Match[] }).matches.map(({ personId, why }) => [
    names.find(([, id]) => id === personId)?.[0] ?? personId,
    why,
  ]);
}

describe('likely matches', () => {
  it('come with their reasons, the likeliest first, however the details are written', async () => {
    const question = {
      givenName: 'SAM',
      familyName: 'muller',
      email: 'Sam.Mueller@Example.org',
      phone: '+44 7700 900123',
      postcode: 'cf101aa',
    };
    expect(await matches(cardiff, question)).toEqual([
      ['sam', ['same_email', 'same_phone', 'same_name_and_postcode']],
      ['housemate', ['same_given_name_and_postcode']],
      ['namesake', ['same_name']],
    ]);
  });

  it('tell just enough to recognise somebody', async () => {
    const { body } = await cardiff.post(MATCHES, { phone: '07700900123' });
    expect(body.matches).toEqual([
      {
        personId: people['sam'],
        why: ['same_phone'],
        givenName: 'Sam',
        familyName: 'Müller',
        status: 'enquirer',
        town: 'Cardiff',
        district: 'CF10',
        email: 's…@example.org',
        phone: '…123',
        unit: { kind: 'branch', slug: 'cardiff', name: 'Cardiff' },
        region: { slug: 'wales', name: 'Wales' },
        branch: { slug: 'cardiff', name: 'Cardiff' },
        since: expect.any(String),
      },
    ]);
  });

  it.each([
    ['the branch', () => cardiff, ['namesake', 'sam']],
    ['the region', () => wales, ['namesake', 'sam', 'swansea']],
    ['another branch', () => leeds, ['leeds']],
    ['the office', () => national, ['leeds', 'namesake', 'sam', 'swansea']],
  ])('are the people of the caller’s own units: %s', async (_who, officer, expected) => {
    const found = await matches(officer(), { givenName: 'Sam', familyName: 'Müller' });
    expect(found.map(([name]) => name).sort()).toEqual(expected);
  });

  it('tell of nobody elsewhere: the answer is that for somebody unknown, and comes no sooner', async () => {
    const ask = async (email: string) => {
      const begun = performance.now();
      const answer = await cardiff.post(MATCHES, { email });
      return { took: performance.now() - begun, status: answer.status, text: answer.text };
    };
    const known = await ask('sam.leeds@example.org');
    const unknown = await ask('nobody.at.all@example.org');
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
    expect(known.text).toBe('{"matches":[]}');
    for (const { took } of [known, unknown]) {
      expect(took).toBeGreaterThanOrEqual(SOONEST_ANSWER_MILLISECONDS - 1);
    }
  });

  it('are at most ten', async () => {
    const unit = `(SELECT id FROM unit WHERE slug = 'cardiff')`;
    await app.database.sql(
      `INSERT INTO person (id, given_name, family_name, country, unit_id)
       SELECT uuid_v7(), 'Many', 'Namesakes', 'GB', ${unit} FROM generate_series(1, 30)`,
    );
    const { body } = await wales.post(MATCHES, { givenName: 'Many', familyName: 'Namesakes' });
    expect(body.matches).toHaveLength(10);
  });

  it('take the whole intake as it is typed, and change nothing but the audit trail', async () => {
    const before = await tableCounts(app.database);
    expect(
      await matches(
        cardiff,
        stallCard({ givenName: 'Somebody', phone: '07700 900123', email: undefined }),
      ),
    ).toMatchObject([['sam', ['same_phone']]]);
    const after = await tableCounts(app.database);
    const added = (after['public.audit_event'] ?? 0) - (before['public.audit_event'] ?? 0);
    expect(added).toBe(2);
    for (const counts of [before, after]) {
      for (const table of ['event', 'unsealed', 'seal']) delete counts[`public.audit_${table}`];
    }
    expect(after).toEqual(before);
    expect(
      await app.database.sql(
        `SELECT action, subject_id AS subject, actor_id AS actor FROM audit_event
          ORDER BY at DESC, id DESC LIMIT 2`,
      ),
    ).toEqual(
      expect.arrayContaining([
        { action: 'person.shown_as_match', subject: people['sam'], actor: cardiff.id },
        { action: 'person.matches_asked', subject: null, actor: cardiff.id },
      ]),
    );
  });

  it('need something to look for', async () => {
    const answer = await cardiff.post(MATCHES, { postcode: 'CF10 1AA' });
    expect([answer.status, answer.body.errors]).toMatchObject([
      422,
      [{ path: 'givenName', code: 'required' }],
    ]);
    for (const body of [
      { givenName: '%' },
      { phone: '12' },
      { givenName: "'; --", familyName: '_' },
    ]) {
      expect(await matches(cardiff, body)).toEqual([]);
    }
  });
});

describe('a masked contact', () => {
  it('shows no more than is needed', () => {
    expect(maskedEmail('sam.jones@example.org')).toBe('s…@example.org');
    expect(maskedEmail('😀@example.org')).toBe('😀…@example.org');
    expect(maskedPhone('+447700900123')).toBe('…123');
  });
});
