import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { startApplication } from '../support/application.js';
import { findPgBouncer, startPgBouncer } from '../support/pgbouncer.js';

const isHere = findPgBouncer() !== undefined;
if (!isHere) {
  if (process.env['CI'] !== undefined) throw new Error('CI has no pgbouncer to test with.');
  console.warn('Left out: the journey behind PgBouncer, because there is no pgbouncer.');
}

describe.runIf(isHere)('behind a PgBouncer in transaction mode', () => {
  it('takes joins, sends their messages and keeps organisers to their units', async () => {
    let pgBouncer: Awaited<ReturnType<typeof startPgBouncer>> | undefined;
    const app = await startApplication({
      settings: async ({ url }) => {
        pgBouncer = await startPgBouncer(url);
        return {
          DATABASE_URL: pgBouncer.url,
          DATABASE_DIRECT_URL: url,
          DATABASE_PGBOUNCER: 'true',
        };
      },
    });
    try {
      const posts = [1, 2, 3, 4, 5, 6, 7, 8].map(() =>
        request(app.url)
          .post('/v1/join')
          .send(joinPost({ postcode: 'CF10 1AA' })),
      );
      const answers = await Promise.all(posts);
      expect(answers.map(({ status }) => status)).toEqual(posts.map(() => 201));
      await expect.poll(() => app.smtp.messages.length, { timeout: 15_000 }).toBe(16);

      for (const [email, seen] of [
        ['wales@example.org', 8],
        ['yorkshire@example.org', 0],
      ] as const) {
        const { body: session } = await request(app.url)
          .post('/v1/admin/sessions')
          .send({ email, password: 'organise-together' });
        const { body } = await request(app.url)
          .get('/v1/admin/people')
          .set('authorization', `Bearer ${session.token}`);
        expect(body.data).toHaveLength(seen);
      }
    } finally {
      await app.close();
      await pgBouncer?.stop();
    }
  });
});
