import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminStage, bearer, startAdminStage } from './support.js';

describe('the queues', () => {
  let stage: AdminStage;
  let national: string;
  beforeAll(async () => {
    stage = await startAdminStage();
    national = await stage.signIn('national@example.org');
  });
  afterAll(() => stage.close());

  const read = (token = national) => stage.call().get('/v1/admin/queues').set(bearer(token));
  const retry = (id: string) =>
    stage.call().post(`/v1/admin/queues/dead/${id}/retry`).set(bearer(national));

  it('are counted, with what has been given up, and dead work can be tried again', async () => {
    const [waiting, dead] = [uuidV7(), uuidV7()];
    await stage.database.sql(
      `INSERT INTO outbox (id, queue, job, data, state, attempts, last_error, available_at)
       VALUES ($1, 'receipts', 'some-job', '{}', 'waiting', 0, NULL, clock_now() - interval '1 minute'),
              ($2, 'notices', 'other-job', '{"secretId":"x"}', 'dead', 8, 'SMTP 550', clock_now())`,
      [waiting, dead],
    );
    const answer = await read();
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body.queues).toHaveLength(4);
    expect(answer.body.queues[0]).toMatchObject({ queue: 'receipts', waiting: 1, dead: 0 });
    expect(answer.body.queues[0].oldestAgeSeconds).toBeGreaterThan(59);
    expect(answer.body.dead).toEqual([
      {
        id: dead,
        queue: 'notices',
        job: 'other-job',
        attempts: 8,
        error: 'SMTP 550',
        requestId: null,
        createdAt: expect.any(String),
      },
    ]);

    await retry(dead).expect(204);
    expect((await read()).body.dead).toEqual([]);
    const [row] = await stage.database.sql('SELECT state, attempts FROM outbox WHERE id = $1', [
      dead,
    ]);
    expect(row).toEqual({ state: 'waiting', attempts: 0 });
    const audit = await stage.database.sql(
      "SELECT actor_id, subject_id FROM audit_event WHERE action = 'outbox.retried'",
    );
    expect(audit).toEqual([
      { actor_id: stage.organisation.organisers.national.id, subject_id: dead },
    ]);
  });

  it('have nothing to retry where nothing is dead', async () => {
    const [row] = await stage.database.sql<{ id: string }>('SELECT id FROM outbox LIMIT 1');
    for (const id of [row?.id ?? '', uuidV7(), 'nonsense']) {
      expect((await retry(id)).status).toBe(404);
    }
  });

  it('are not for regional organisers', async () => {
    const wales = await stage.signIn('wales@example.org');
    expect((await read(wales)).body).toMatchObject({ status: 403, permission: 'queues.read' });
  });
});
