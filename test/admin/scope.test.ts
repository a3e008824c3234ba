import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/platform/database/database.js';
import { type TestSubmission, makeSubmission } from '../factories/submissions.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

type Listed = { data: { id: string }[] };

const asRegion = (organiserId: string) => ({ organiserId, roles: ['regional_organiser'] });

describe('an organiser', () => {
  let stage: AdminStage;
  const submissions = {} as Record<
    'cardiff' | 'swansea' | 'wales' | 'leeds' | 'national',
    TestSubmission
  >;
  const tokens = {} as Record<'national' | 'wales' | 'cardiff' | 'yorkshire' | 'dpo', string>;

  beforeAll(async () => {
    stage = await startAdminStage();
    const { units } = stage.organisation;
    for (const slug of ['cardiff', 'swansea', 'wales', 'leeds', 'national'] as const) {
      submissions[slug] = await makeSubmission(stage.database, {
        unit: units[slug],
        dueIn: '-3 hours',
      });
    }
    for (const name of ['national', 'wales', 'cardiff', 'yorkshire', 'dpo'] as const) {
      tokens[name] = await stage.signIn(`${name}@example.org`);
    }
  });
  afterAll(() => stage.close());

  const get = async (path: string, who: keyof typeof tokens) => {
    const answer = await stage.call().get(`/v1/admin/${path}`).set(bearer(tokens[who]));
    expect(answer).toMatchObject({ status: 200 });
    return (answer.body as Listed).data.map(({ id }) => id).sort();
  };
  const of = (key: 'id' | 'personId' | 'followUpId', ...slugs: (keyof typeof submissions)[]) =>
    slugs.map((slug) => submissions[slug][key]).sort();

  const LISTS = [
    ['join-submissions', 'id'],
    ['people', 'personId'],
    ['follow-ups', 'followUpId'],
    ['follow-ups/overdue', 'followUpId'],
  ] as const;

  it.each(LISTS)(
    'sees in %s the units of the grant and those below, no others',
    async (list, key) => {
      expect(await get(list, 'wales')).toEqual(of(key, 'cardiff', 'swansea', 'wales'));
      expect(await get(list, 'cardiff')).toEqual(of(key, 'cardiff'));
      expect(await get(list, 'yorkshire')).toEqual(of(key, 'leeds'));
      for (const everywhere of ['national', 'dpo'] as const) {
        expect(await get(list, everywhere)).toEqual(
          of(key, 'cardiff', 'swansea', 'wales', 'leeds', 'national'),
        );
      }
    },
  );

  it.each(LISTS)('cannot widen %s by asking for another place or person', async (list) => {
    for (const query of ['region=yorkshire', 'branch=leeds']) {
      expect(await get(`${list}?${query}`, 'wales')).toEqual([]);
    }
  });

  it.each(['join-submissions', 'people'] as const)(
    'finds nobody else by searching %s',
    async (list) => {
      const { leeds, cardiff } = submissions;
      expect(await get(`${list}?q=${leeds.email}`, 'wales')).toEqual([]);
      expect(await get(`${list}?q=${leeds.reference}`, 'wales')).toEqual([]);
      expect(await get(`${list}?q=${cardiff.email}`, 'wales')).toHaveLength(1);
      expect(await get(`${list}?q=jones`, 'wales')).toHaveLength(3);
    },
  );

  it('counts only what they may see', async () => {
    for (const list of ['join-submissions', 'people', 'follow-ups']) {
      const answer = await stage
        .call()
        .get(`/v1/admin/${list}?count=true`)
        .set(bearer(tokens.cardiff));
      expect(answer.body).toMatchObject({ total: { count: 1, capped: false } });
    }
  });

  it('gets a 404 for whatever lies elsewhere, to read or to change', async () => {
    const { leeds } = submissions;
    for (const path of [`join-submissions/${leeds.id}`, `people/${leeds.personId}`]) {
      const answer = await stage.call().get(`/v1/admin/${path}`).set(bearer(tokens.wales));
      expect(answer.status).toBe(404);
      expect(answer.body).toMatchObject({ code: 'not_found' });
    }
    for (const [path, body] of [
      [`join-submissions/${leeds.id}/contacted`, { outcome: 'spoke' }],
      [`follow-ups/${leeds.followUpId}/acknowledge`, {}],
      [`follow-ups/${leeds.followUpId}/done`, {}],
      [`follow-ups/${leeds.followUpId}/no-answer`, {}],
    ] as const) {
      const answer = await stage
        .call()
        .post(`/v1/admin/${path}`)
        .set(bearer(tokens.wales))
        .send(body);
      expect({ path, status: answer.status }).toEqual({ path, status: 404 });
    }
    const [untouched] = await stage.database.sql(
      'SELECT state, tries FROM follow_up WHERE id = $1',
      [leeds.followUpId],
    );
    expect(untouched).toEqual({ state: 'open', tries: 0 });
  });

  it('does not learn of a person elsewhere from a submission of their own', async () => {
    const posted = await makeSubmission(stage.database, {
      unit: stage.organisation.units.swansea,
      personId: submissions.leeds.personId,
      email: submissions.leeds.email,
    });
    await stage.database.sql(
      "ALTER TABLE join_submission DISABLE TRIGGER USER; UPDATE join_submission SET matched_by = 'verified_email'; ALTER TABLE join_submission ENABLE TRIGGER USER",
    );
    const read = (who: keyof typeof tokens) =>
      stage
        .call()
        .get(`/v1/admin/join-submissions/${posted.id}`)
        .set(bearer(tokens[who]))
        .expect(200);
    expect((await read('wales')).body).toMatchObject({ personId: null, matchedBy: null });
    expect((await read('national')).body).toMatchObject({
      personId: submissions.leeds.personId,
      matchedBy: 'verified_email',
    });
    await stage.database.sql('DELETE FROM join_submission WHERE id = $1', [posted.id]);
  });

  it('without the filters of the application is held by the policies alone', async () => {
    const { wales } = stage.organisation.organisers;
    const seen = await stage.app.get(Database).asOrganiser(asRegion(wales.id), async (manager) => {
      const counts: Record<string, number> = {};
      for (const table of [
        'person',
        'contact_point',
        'allocation',
        'consent_event',
        'join_submission',
        'join_submission_handling',
        'follow_up',
        'organiser',
        'organiser_grant',
      ]) {
        const [row] = await manager.query<{ n: number }[]>(
          `SELECT count(*)::integer AS n FROM ${table === 'organiser' ? '(SELECT id FROM organiser)' : table} everything`,
        );
        counts[table] = row?.n ?? -1;
      }
      return counts;
    });
    expect(seen).toEqual({
      person: 3,
      contact_point: 6,
      allocation: 3,
      consent_event: 6,
      join_submission: 3,
      join_submission_handling: 3,
      follow_up: 3,
      // With Cardiff's secretary, whose grant is the region's to change.
      organiser: 2,
      organiser_grant: 2,
    });
  });

  it('can touch no row elsewhere, whatever the statement says', async () => {
    const { wales } = stage.organisation.organisers;
    await stage.app.get(Database).asOrganiser(asRegion(wales.id), async (manager) => {
      const [, changed] = await manager.query<[unknown[], number]>(
        `UPDATE follow_up SET note = 'mine now' WHERE id = $1`,
        [submissions.leeds.followUpId],
      );
      expect(changed).toBe(0);
    });
    // Nor push one of theirs out of sight.
    await expect(
      stage.app
        .get(Database)
        .asOrganiser(asRegion(wales.id), (manager) =>
          manager.query('UPDATE follow_up SET unit_id = $1 WHERE id = $2', [
            stage.organisation.units.leeds.id,
            submissions.cardiff.followUpId,
          ]),
        ),
    ).rejects.toThrow(/row-level security/);
  });

  it.each([
    ['', 'nobody'],
    ['018f0000-0000-7000-8000-000000000000', 'somebody who does not exist'],
  ])('that is %j (%s) sees no rows', async (organiserId) => {
    const rows = await stage.app
      .get(Database)
      .asOrganiser(asRegion(organiserId), (manager) =>
        manager.query<unknown[]>('SELECT id FROM person UNION ALL SELECT id FROM join_submission'),
      );
    expect(rows).toEqual([]);
  });

  it('may not read hashes, sessions or other accounts, even in SQL', async () => {
    const { wales } = stage.organisation.organisers;
    for (const statement of [
      'SELECT password_hash FROM organiser',
      'SELECT * FROM organiser_session',
      'SELECT * FROM outbox',
      'SELECT * FROM audit_seal',
      'DELETE FROM person',
    ]) {
      await expect(
        stage.app
          .get(Database)
          .asOrganiser(asRegion(wales.id), (manager) => manager.query(statement)),
      ).rejects.toThrow(/permission denied/);
    }
  });

  it('sees nothing more from the moment the grant ends', async () => {
    const token = await stage.signIn('leeds@example.org');
    const people = () => stage.call().get('/v1/admin/people').set(bearer(token));
    expect((await people()).body.data).toHaveLength(1);
    // Another grant elsewhere keeps the permission, so that only the rows are in question.
    const { organisers, units } = stage.organisation;
    await stage.database.sql('UPDATE organiser_grant SET unit_id = $1 WHERE organiser_id = $2', [
      units.swansea.id,
      organisers.leeds.id,
    ]);
    expect((await people()).body.data.map(({ id }: { id: string }) => id)).toEqual([
      submissions.swansea.personId,
    ]);
  });
});
