import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfirmationLink } from '../../src/join/confirmation-link.js';
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

async function join(post: Record<string, unknown>) {
  const { body, status, text } = await request(app.url).post('/v1/join').send(post);
  expect(status, text).toBe(201);
  const { id } = body as { id: string };
  const { personId } = await storedJoin(app.database, id);
  return { id, personId: personId as string };
}
const linkOf = (id: string) => new URL(app.api.get(ConfirmationLink).urlFor(id)).pathname;
const open = (id: string) => request(app.url).get(linkOf(id)).set('Accept', 'text/html');
const press = (id: string) =>
  request(app.url).post(linkOf(id)).type('form').set('Accept', 'text/html');
const confirmedAt = async (id: string) => {
  const [row] = await app.database.sql<{ at: Date | null }>(
    'SELECT confirmed_at AS at FROM join_submission_handling WHERE submission_id = $1',
    [id],
  );
  return row?.at ?? null;
};

describe('the link of an acknowledgement', () => {
  it('changes nothing when it is opened, as mail scanners do', async () => {
    const { id, personId } = await join(joinPost());
    const before = await recordOf(app.database, personId);
    await open(id).expect(200).expect('content-type', /html/);
    await request(app.url).head(linkOf(id));
    expect(await recordOf(app.database, personId)).toEqual(before);
    expect(await confirmedAt(id)).toBeNull();
  });

  it('verifies the address of a new person when it is pressed, and nothing else', async () => {
    const { id, personId } = await join(joinPost({ phone: '07700 900140' }));
    const before = await recordOf(app.database, personId);
    await press(id).expect(200).expect('content-type', /html/);
    const after = await recordOf(app.database, personId);
    expect(after['contact_point']).toMatchObject([
      { kind: 'email', verified_at: expect.any(Date) },
      { kind: 'phone', verified_at: null },
    ]);
    expect({ ...after, contact_point: [] }).toEqual({ ...before, contact_point: [] });
    expect(await confirmedAt(id)).not.toBeNull();
  });

  it('verifies the phone of somebody without an email', async () => {
    const { id, personId } = await join(joinPost({ email: undefined, phone: '07700 900141' }));
    await press(id).expect(200);
    expect((await recordOf(app.database, personId))['contact_point']).toMatchObject([
      { kind: 'phone', value: '+447700900141', verified_at: expect.any(Date) },
    ]);
  });

  it('does no harm when it is pressed again, even many times at once', async () => {
    const known = { givenName: 'Ivy', familyName: 'Twice', email: 'ivy@example.org' };
    const { personId } = await join(joinPost(known));
    const { id } = await join(joinPost({ ...known, phone: '07700 900142' }));
    await Promise.all(Array.from({ length: 8 }, () => press(id).expect(200)));
    const first = await recordOf(app.database, personId);
    const at = await confirmedAt(id);
    await press(id).expect(200);
    expect(await recordOf(app.database, personId)).toEqual(first);
    expect(await confirmedAt(id)).toEqual(at);
    expect(first['consent_event']).toHaveLength(2);
  });

  it.each([
    ['never made', 'AAAAAAAAAAAAAAAAAAAAAAAA'],
    ['cut short', undefined],
    ['signed for something else', 'x.y.z'],
  ])('says kindly that it is unknown when it was %s', async (_what, token) => {
    const { id } = await join(joinPost());
    const path = token === undefined ? linkOf(id).slice(0, -3) : `/v1/confirm/${token}`;
    const before = await tableCounts(app.database);
    for (const call of [request(app.url).get(path), request(app.url).post(path)]) {
      const page = await call.set('Accept', 'text/html,*/*;q=0.8');
      expect(page.status).toBe(404);
      expect(page.headers['content-type']).toMatch(/html/);
      expect(page.text).not.toMatch(/not_found|problem/i);
    }
    for (const call of [request(app.url).get(path), request(app.url).post(path)]) {
      const problem = await call;
      expect(problem.status).toBe(404);
      expect(problem.headers['content-type']).toBe('application/problem+json');
      expect(problem.body).toMatchObject({ code: 'not_found' });
    }
    expect(await confirmedAt(id)).toBeNull();
    expect(await tableCounts(app.database)).toEqual(before);
  });

  it('is unknown for a suspected bot', async () => {
    const { id } = await join(joinPost({ fax_number: '1' }));
    await press(id).expect(404);
    expect(await confirmedAt(id)).toBeNull();
  });
});

describe('what a known person posted', () => {
  const proposal = {
    phone: '07700 900150',
    postcode: 'CF10 1AA',
    address: { line1: '9 New Road', town: 'Cardiff' },
    dateOfBirth: '1980-02-03',
    consent: { privacyNotice: '2026-12', email: false, sms: true },
  };

  it('reaches the record when the confirmed address was on it before', async () => {
    const known = { givenName: 'Noor', familyName: 'Known', email: 'noor@example.org' };
    const { personId } = await join(
      joinPost({ ...known, address: { line1: '1 Old Road', line2: 'Flat 2', town: 'Leeds' } }),
    );
    const { id } = await join(joinPost({ ...known, ...proposal }));
    await press(id).expect(200);
    const record = await recordOf(app.database, personId);
    expect(record).toMatchObject({
      person: [
        {
          given_name: 'Noor',
          postcode: 'CF10 1AA',
          address_line1: '9 New Road',
          address_line2: null,
          town: 'Cardiff',
          // Once for what was posted, once for the branch that goes with it.
          version: 3,
        },
      ],
      contact_point: [
        { kind: 'email', verified_at: expect.any(Date) },
        { kind: 'phone', value: '+447700900150', verified_at: null },
      ],
    });
    expect(
      await app.database.sql(
        `SELECT u.slug, a.valid_until IS NULL AS current
           FROM allocation a JOIN unit u ON u.id = a.unit_id
          WHERE a.person_id = $1 ORDER BY a.valid_from`,
        [personId],
      ),
    ).toEqual([
      { slug: 'manchester-south', current: false },
      { slug: 'cardiff', current: true },
    ]);
    const decisions = await app.database.sql(
      `SELECT c.channel, decision, privacy_notice_version AS notice, occurred_at = s.received_at AS when_posted
         FROM consent_event c JOIN join_submission s ON s.id = c.submission_id
        WHERE c.person_id = $1 AND s.id = $2 ORDER BY c.channel`,
      [personId, id],
    );
    expect(decisions).toEqual([
      { channel: 'email', decision: 'refused', notice: '2026-12', when_posted: true },
      { channel: 'sms', decision: 'granted', notice: '2026-12', when_posted: true },
    ]);
  });

  it('leaves a child with the national office, also where the new post gave no date of birth', async () => {
    const known = { givenName: 'Kit', familyName: 'Young', email: 'kit.young@example.org' };
    const { personId } = await join(joinPost({ ...known, dateOfBirth: sixteenYearsAgo() }));
    const { id } = await join(joinPost({ ...known, postcode: 'CF10 1AA' }));
    await press(id).expect(200);
    const [person] = await app.database.sql(
      `SELECT p.postcode, u.kind FROM person p JOIN unit u ON u.id = p.unit_id WHERE p.id = $1`,
      [personId],
    );
    expect(person).toEqual({ postcode: 'CF10 1AA', kind: 'national' });
  });

  it('leaves alone what was left blank', async () => {
    const known = { givenName: 'Uma', familyName: 'Blank', email: 'uma@example.org' };
    const { personId } = await join(
      joinPost({
        ...known,
        dateOfBirth: '1970-01-02',
        address: { line1: '1 Road', town: 'Leeds' },
      }),
    );
    const { id } = await join({ ...known, country: 'FR', consent: { privacyNotice: '2026-11' } });
    const [before] = (await recordOf(app.database, personId))['person'] as Record<
      string,
      unknown
    >[];
    await press(id).expect(200);
    const [after] = (await recordOf(app.database, personId))['person'] as Record<string, unknown>[];
    expect({ ...after, version: 0, updated_at: 0 }).toEqual({
      ...before,
      version: 0,
      updated_at: 0,
    });
  });

  it('does not reach the record of somebody whose name and phone a stranger knows', async () => {
    const victim = { givenName: 'Vera', familyName: 'Victim', phone: '07700 900151' };
    const { personId } = await join(joinPost({ ...victim, email: 'vera@example.org' }));
    const before = await recordOf(app.database, personId);
    const { id, personId: matched } = await join(
      joinPost({ ...victim, ...proposal, phone: victim.phone, email: 'stranger@example.org' }),
    );
    expect(matched).toBe(personId);
    await press(id).expect(200);
    expect(await recordOf(app.database, personId)).toEqual(before);
    // It waits for an organiser, and the next post does not find the stranger's address either.
    expect(await confirmedAt(id)).not.toBeNull();
    const next = await join(
      joinPost({ ...victim, phone: undefined, email: 'stranger@example.org' }),
    );
    expect(next.personId).not.toBe(personId);
  });
});

function sixteenYearsAgo(): string {
  const day = new Date();
  day.setUTCFullYear(day.getUTCFullYear() - 16);
  return day.toISOString().slice(0, 10);
}
