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
  stage.call().get(`/v1/admin/people${path}`).set(bearer(token));
const ids = async (query: string, token = wales) => {
  const answer = await get(query, token);
  expect(answer).toMatchObject({ status: 200 });
  return (answer.body as { data: { id: string }[] }).data.map(({ id }) => id);
};

describe('the list of people', () => {
  it('shows the newest first, page by page, each once', async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index++) made.push((await make()).personId);
    const first = await get('?limit=3');
    const second = await get(`?limit=3&cursor=${first.body.nextCursor}`);
    expect(second.body.nextCursor).toBeNull();
    expect([...first.body.data, ...second.body.data].map(({ id }) => id)).toEqual(
      made.toReversed(),
    );
    expect(first.body.data[0]).toEqual({
      id: made[4],
      givenName: 'Sam',
      familyName: 'Jones',
      status: 'enquirer',
      email: expect.stringContaining('@example.org'),
      phone: '+447700900123',
      postcode: 'CF10 1AA',
      town: 'Cardiff',
      unit: { kind: 'branch', slug: 'cardiff', name: 'Cardiff' },
      region: { slug: 'wales', name: 'Wales' },
      branch: { slug: 'cardiff', name: 'Cardiff' },
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
  });

  it('is narrowed by status, region and branch', async () => {
    const { units } = stage.organisation;
    const cardiff = await make();
    const leeds = await make({ unit: units.leeds });
    await stage.database.sql("UPDATE person SET status = 'member' WHERE id = $1", [leeds.personId]);
    expect(await ids('?status=member', national)).toEqual([leeds.personId]);
    expect(await ids('?region=wales', national)).toEqual([cardiff.personId]);
    expect(await ids('?branch=leeds', national)).toEqual([leeds.personId]);
    expect((await get('?status=duke&limit=x')).body).toMatchObject({
      status: 422,
      errors: expect.arrayContaining([
        expect.objectContaining({ path: 'status' }),
        expect.objectContaining({ path: 'limit' }),
      ]),
    });
  });

  it('is searched by name, email, phone, postcode and the reference of a submission', async () => {
    const sian = await make({
      givenName: 'Siân',
      familyName: 'Price',
      email: 'sian@mail.example.org',
      phone: '+447700900777',
      postcode: 'SA1 2BB',
    });
    await make({ givenName: 'Alex', familyName: null });
    for (const q of [
      'sian',
      'price, SIÂN',
      'mail.example.org',
      '07700 900777',
      'sa1 2',
      sian.reference,
    ]) {
      expect({ q, found: await ids(`?q=${encodeURIComponent(q)}`) }).toEqual({
        q,
        found: [sian.personId],
      });
    }
    for (const q of ['%', '_', "' OR 1=1 --", '<b>', '$?', 'J-0000-0000', '\\']) {
      expect({ q, found: await ids(`?q=${encodeURIComponent(q)}`) }).toEqual({ q, found: [] });
    }
  });
});

describe('one person', () => {
  it('is told with contact points, allocation, what consent holds, submissions and duties', async () => {
    const { personId, email, id, reference, followUpId } = await make();
    await stage.database.sql(
      `UPDATE contact_point SET verified_at = '2026-11-23T09:30:00Z' WHERE value = $1`,
      [email],
    );
    const answer = await get(`/${personId}`);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toMatchObject({
      id: personId,
      dateOfBirth: '1990-05-17',
      country: 'GB',
      version: 1,
      contactPoints: [
        { kind: 'email', value: email, verified: true, verifiedAt: '2026-11-23T09:30:00.000Z' },
        { kind: 'phone', value: '+447700900123', verified: false, verifiedAt: null },
      ],
      allocation: {
        method: 'coverage_rule',
        explanation: 'CF10 belongs to Cardiff',
        unit: { slug: 'cardiff' },
        validUntil: null,
      },
      allocationHistory: [],
      consents: [{ channel: 'email', purpose: 'news', decision: 'withdrawn' }],
      submissions: [{ id, reference, state: 'received' }],
      followUps: [{ id: followUpId, state: 'open', overdue: false, unit: { slug: 'cardiff' } }],
    });
    expect(answer.body.consents).toHaveLength(1);
    expect(JSON.stringify(answer.body)).not.toMatch(/folded|Hash|userAgent/i);
  });

  it('is audited as read, and a refused look is not', async () => {
    const { personId } = await make();
    const elsewhere = await make({ unit: stage.organisation.units.leeds });
    await get(`/${personId}`).expect(200);
    await get(`/${elsewhere.personId}`).expect(404);
    expect(
      await stage.database.sql('SELECT actor_id, action, subject_id FROM audit_event'),
    ).toEqual([
      {
        actor_id: stage.organisation.organisers.wales.id,
        action: 'person.read',
        subject_id: personId,
      },
    ]);
  });

  it.each(['1', "' OR 1=1", '018f0000-0000-4000-8000-000000000000'])(
    'is a 404 for the id %s',
    async (id) => {
      expect((await get(`/${encodeURIComponent(id)}`)).status).toBe(404);
    },
  );
});
