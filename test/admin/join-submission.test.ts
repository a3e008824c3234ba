import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { v7 as uuidV7 } from 'uuid';
import {
  type SubmissionOptions,
  type TestSubmission,
  makeSubmission,
} from '../factories/submissions.js';
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

describe('one join submission', () => {
  it('tells what was posted and what became of it, and lets nothing else out', async () => {
    const { id, followUpId, personId } = await make();
    const answer = await get(`/${id}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      id,
      personId,
      state: 'received',
      posted: {
        givenName: 'Sam',
        message: 'Hello <b>there</b>',
        interests: ['events'],
        consent: { privacyNotice: '2026-11', email: true },
      },
      source: { page: 'https://www.example.org/join', utmCampaign: 'autumn' },
      allocation: { method: 'coverage_rule', explanation: 'CF10 1AA belongs here' },
      possibleDuplicates: 0,
      version: 1,
      followUp: {
        id: followUpId,
        state: 'open',
        office: 'branch_secretary',
        unit: { slug: 'cardiff' },
        overdue: false,
      },
      messages: [{ kind: 'join_acknowledgement', channel: 'email', state: 'queued', sentAt: null }],
    });
    const text = JSON.stringify(answer.body);
    for (const hidden of ['192.0.2.1', 'a browser', 'must not get out', 'messageIdHeader']) {
      expect(text).not.toContain(hidden);
    }
  });

  it('counts the possible duplicates that the caller may see', async () => {
    const one = await make();
    const two = await make({ unit: stage.organisation.units.swansea });
    const elsewhere = await make({ unit: stage.organisation.units.leeds });
    for (const other of [two, elsewhere]) {
      await stage.database.sql(
        "INSERT INTO duplicate_candidate (id, person_id, other_person_id, reason) VALUES ($1, $2, $3, 'test')",
        [uuidV7(), one.personId, other.personId],
      );
    }
    expect((await get(`/${one.id}`)).body.possibleDuplicates).toBe(1);
    expect((await get(`/${one.id}`, national)).body.possibleDuplicates).toBe(2);
  });

  it('audits who read it', async () => {
    const { id } = await make();
    await get(`/${id}`).set('X-Request-Id', '4bf92f3577b34da6a3ce929d0e0e4736').expect(200);
    const audit = await stage.database.sql(
      'SELECT actor_kind, actor_id, action, subject_kind, subject_id, request_id FROM audit_event',
    );
    expect(audit).toEqual([
      {
        actor_kind: 'organiser',
        actor_id: stage.organisation.organisers.wales.id,
        action: 'join_submission.read',
        subject_kind: 'join_submission',
        subject_id: id,
        request_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      },
    ]);
  });

  it.each([
    '1',
    'nonsense',
    "' OR 1=1",
    '%00',
    '018f0000-0000-4000-8000-000000000000',
    'a'.repeat(600),
  ])('is a 404 for the id %s', async (id) => {
    const answer = await get(`/${encodeURIComponent(id)}`);
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ code: 'not_found' });
  });
});

describe('saying that somebody was contacted', () => {
  const contacted = (submission: TestSubmission, body: object, token = wales) =>
    stage
      .call()
      .post(`/v1/admin/join-submissions/${submission.id}/contacted`)
      .set(bearer(token))
      .send(body);

  it.each(['spoke', 'left_message', 'other'])(
    '“%s” closes the follow-up for good',
    async (outcome) => {
      const submission = await make();
      const answer = await contacted(submission, { outcome, note: 'Wants to help\nat stalls' });
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.body).toMatchObject({
        state: 'contacted',
        outcome,
        note: 'Wants to help\nat stalls',
        handledById: stage.organisation.organisers.wales.id,
        followUp: { state: 'done', overdue: false, closedAt: expect.any(String) },
      });
      const audit = await stage.database.sql<{ action: string }>(
        'SELECT action FROM audit_event ORDER BY id',
      );
      expect(audit.map(({ action }) => action)).toEqual([
        'follow_up.contacted',
        'join_submission.contacted',
      ]);

      const again = await contacted(submission, { outcome: 'no_answer' });
      expect(again.body).toMatchObject({ status: 409, code: 'already_contacted' });
      expect((await get(`/${submission.id}`)).body).toMatchObject({ state: 'contacted', outcome });
    },
  );

  it('two tries that reached nobody close it too; the same press twice is one', async () => {
    const submission = await make();
    const first = await contacted(submission, { outcome: 'no_answer' });
    expect(first.body).toMatchObject({
      state: 'received',
      outcome: 'no_answer',
      followUp: { state: 'no_answer', tries: 1 },
    });
    const doubled = await contacted(submission, { outcome: 'no_answer' });
    expect(doubled.body).toMatchObject({ followUp: { state: 'no_answer', tries: 1 } });
    const second = await contacted(submission, { outcome: 'wrong_number', triesSeen: 1 });
    expect(second.body).toMatchObject({
      outcome: 'wrong_number',
      followUp: { state: 'done', tries: 2 },
    });
  });

  it('closes a duty that has gone to the unit above', async () => {
    const { units } = stage.organisation;
    const cardiff = await stage.signIn('cardiff@example.org');
    const submission = await make({ dutyUnit: units.wales });
    const answer = await contacted(submission, { outcome: 'spoke' }, cardiff);
    expect(answer.body).toMatchObject({ state: 'contacted', followUp: null });
    expect((await get(`/${submission.id}`)).body.followUp).toMatchObject({ state: 'done' });
  });

  it('of ten presses at once counts one', async () => {
    const submission = await make();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => contacted(submission, { outcome: 'spoke' })),
    );
    expect(answers.map(({ status }) => String(status)).sort()).toEqual([
      '200',
      ...Array<string>(9).fill('409'),
    ]);
  });

  it('is nothing to say of a suspected bot', async () => {
    const bot = await make({ unit: stage.organisation.units.national });
    await stage.database.sql('DELETE FROM follow_up WHERE submission_id = $1', [bot.id]);
    expect((await contacted(bot, { outcome: 'spoke' }, national)).body).toMatchObject({
      status: 409,
      code: 'nothing_to_follow_up',
    });
  });

  it.each([
    [{}, ['outcome']],
    [{ outcome: 'shouted', note: 7, more: true }, ['more', 'note', 'outcome']],
    [{ outcome: 'spoke', note: 'x'.repeat(2001) }, ['note']],
    [{ outcome: 'spoke', note: '\u0000' }, ['note']],
  ])('names all faults of input %#', async (body, paths) => {
    const answer = await contacted(await make(), body);
    expect(answer.status).toBe(422);
    const faults = (answer.body as { errors: { path: string }[] }).errors.map(({ path }) => path);
    expect(faults.sort()).toEqual(paths);
  });
});
