import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SubmissionOptions, makeSubmission } from '../factories/submissions.js';
import { clearAudit } from '../support/clear-audit.js';
import { type AdminStage, bearer, startAdminStage } from './support.js';

let stage: AdminStage;
let wales: string;
beforeAll(async () => {
  stage = await startAdminStage();
  wales = await stage.signIn('wales@example.org');
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.database.sql('TRUNCATE join_submission, person CASCADE');
  await clearAudit(stage.database);
});

const make = (options: Partial<SubmissionOptions> = {}) =>
  makeSubmission(stage.database, { unit: stage.organisation.units.cardiff, ...options });
const get = (path: string, token = wales) =>
  stage.call().get(`/v1/admin/follow-ups${path}`).set(bearer(token));
const ids = async (path: string, token = wales) => {
  const answer = await get(path, token);
  expect(answer).toMatchObject({ status: 200 });
  return (answer.body as { data: { id: string }[] }).data.map(({ id }) => id);
};

describe('the list of follow-ups', () => {
  it('shows open duties, the most urgent first, page by page, each once', async () => {
    const due = ['3 days', '-1 day', '1 day', '2 hours', '-2 hours'];
    const made: string[] = [];
    for (const dueIn of due) made.push((await make({ dueIn })).followUpId);
    // Two of the same microsecond are told apart by their ids.
    await stage.database.sql(
      'UPDATE follow_up SET due_at = (SELECT due_at FROM follow_up WHERE id = $1) WHERE id = $2',
      [made[2], made[0]],
    );
    const closed = await make();
    await stage.database.sql(
      "UPDATE follow_up SET state = 'done', closed_at = clock_now() WHERE id = $1",
      [closed.followUpId],
    );
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer = await get(`?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...answer.body.data.map(({ id }: { id: string }) => id));
      cursor = answer.body.nextCursor;
    }
    expect(seen).toEqual([1, 4, 3, 0, 2].map((index) => made[index]));
  });

  it('tells whom to get in touch with, by when, and who has to', async () => {
    const { followUpId, personId, id, reference } = await make({ dueIn: '-1 hour' });
    expect((await get('')).body.data).toEqual([
      {
        id: followUpId,
        kind: 'join',
        state: 'open',
        dueAt: expect.stringMatching(/Z$/),
        remindAt: expect.stringMatching(/Z$/),
        overdue: true,
        tries: 0,
        office: 'branch_secretary',
        coveredByStandIn: false,
        unit: { kind: 'branch', slug: 'cardiff', name: 'Cardiff' },
        region: { slug: 'wales', name: 'Wales' },
        branch: { slug: 'cardiff', name: 'Cardiff' },
        person: { id: personId, givenName: 'Sam', familyName: 'Jones' },
        submission: { id, reference },
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: expect.stringMatching(/Z$/),
      },
    ]);
  });

  it('has views of what is mine, late, and nobody’s', async () => {
    const { units } = stage.organisation;
    const cardiff = await make();
    const regional = await make({ unit: units.wales, dueIn: '-1 hour' });
    const vacant = await make({ unit: units.swansea, dueIn: '-2 hours' });
    for (const form of [(view: string) => `?view=${view}`, (view: string) => `/${view}`]) {
      expect(await ids(form('mine'))).toEqual([regional.followUpId]);
      expect(await ids(form('overdue'))).toEqual([vacant.followUpId, regional.followUpId]);
      expect(await ids(form('unassigned'))).toEqual([vacant.followUpId]);
    }
    expect(await ids('?view=open&branch=cardiff')).toEqual([cardiff.followUpId]);
    expect((await get('?view=theirs')).body).toMatchObject({
      status: 422,
      errors: [{ path: 'view' }],
    });
    expect((await get('/mine?view=open')).status).toBe(422);
  });
});

describe('a follow-up', () => {
  const press = (id: string, what: string, body: object = {}) =>
    stage.call().post(`/v1/admin/follow-ups/${id}/${what}`).set(bearer(wales)).send(body);

  it('is taken up once, and saying so again changes nothing', async () => {
    const { followUpId } = await make();
    for (let time = 0; time < 2; time++) {
      const answer = await press(followUpId, 'acknowledge', { note: 'tonight' });
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.body).toMatchObject({ id: followUpId, state: 'acknowledged' });
    }
    expect(await stage.database.sql('SELECT action, actor_id, note FROM follow_up_event')).toEqual([
      {
        action: 'acknowledged',
        actor_id: stage.organisation.organisers.wales.id,
        note: 'tonight',
      },
    ]);
  });

  it('is done by saying so; afterwards nothing can be said', async () => {
    const { followUpId, id } = await make();
    expect((await press(followUpId, 'done', { note: 'rang' })).body).toMatchObject({
      state: 'done',
    });
    for (const what of ['done', 'no-answer', 'acknowledge']) {
      expect((await press(followUpId, what)).body).toMatchObject({
        status: 409,
        code: 'already_closed',
      });
    }
    const [handling] = await stage.database.sql(
      'SELECT state, note FROM join_submission_handling WHERE submission_id = $1',
      [id],
    );
    expect(handling).toEqual({ state: 'contacted', note: 'rang' });
    expect(await ids('')).toEqual([]);
  });

  it('is done by two tries', async () => {
    const { followUpId } = await make();
    expect((await press(followUpId, 'no-answer', { triesSeen: 0 })).body).toMatchObject({
      state: 'no_answer',
      tries: 1,
    });
    expect((await press(followUpId, 'no-answer', { triesSeen: 0 })).body).toMatchObject({
      tries: 1,
    });
    expect((await press(followUpId, 'no-answer', { triesSeen: 1 })).body).toMatchObject({
      state: 'done',
      tries: 2,
    });
  });

  it('of an id that nothing has is a 404', async () => {
    for (const id of ['nonsense', '018f0000-0000-7000-8000-000000000000']) {
      for (const what of ['done', 'no-answer', 'acknowledge']) {
        expect((await press(id, what)).status).toBe(404);
      }
    }
  });
});
