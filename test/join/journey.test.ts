import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinPost } from '../factories/join-post.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { queueBackends } from '../support/queue-backends.js';

describe.each(queueBackends())('the journey of a join, jobs on $name', (backend) => {
  let app: TestApplication;
  let queue: Awaited<ReturnType<typeof backend.start>>;

  beforeAll(async () => {
    queue = await backend.start();
    app = await startApplication({ queueUrl: queue.queueUrl });
  });
  afterAll(async () => {
    await app.close();
    await queue.stop();
  });

  it('becomes a person, an allocation, a duty, an acknowledgement and a notice', async () => {
    const post = joinPost({ email: 'Sam.Journey@Example.org', address: { town: 'Fallowfield' } });
    const { body, status } = await request(app.url).post('/v1/join').send(post);

    expect(status).toBe(201);
    expect(body).toMatchObject({
      reference: expect.stringMatching(/^J-[0-9A-Z]{4}-[0-9A-Z]{4}$/),
      allocation: { method: 'coverage_rule', explanation: 'M14 belongs to Manchester South' },
      region: { slug: 'north-west', name: 'North West', phone: '07769 611 320' },
      branch: {
        slug: 'manchester-south',
        name: 'Manchester South',
        meets: 'Every Monday, 7.30 pm',
      },
      contact: { name: 'Manchester South', email: 'manchester-south@example.org' },
    });

    const acknowledgement = await app.smtp.waitFor((mail) =>
      mail.to.includes('Sam.Journey@Example.org'.toLowerCase()),
    );
    expect(acknowledgement.text).toContain('Manchester South');
    expect(acknowledgement.text).toContain('http://localhost:3000/v1/confirm/');
    const notice = await app.smtp.waitFor((mail) =>
      mail.to.includes('manchester-south@example.org'),
    );
    expect(notice.text).toContain('Sam');
    expect(notice.text).toContain('Fallowfield');
    expect(notice.text).toContain('http://localhost:3000/duties/');
    expect(notice.raw).not.toContain('Jones');
    expect(notice.raw.toLowerCase()).not.toContain('sam.journey@example.org');

    const [stored] = await app.database.sql(
      `SELECT p.given_name, p.status, u.slug, a.method, f.state, h.state AS handling
         FROM join_submission s
         JOIN join_submission_handling h ON h.submission_id = s.id
         JOIN person p ON p.id = h.person_id
         JOIN unit u ON u.id = p.unit_id
         JOIN allocation a ON a.person_id = p.id AND a.valid_until IS NULL
         JOIN follow_up f ON f.submission_id = s.id
        WHERE s.id = $1`,
      [body.id],
    );
    expect(stored).toEqual({
      given_name: 'Sam',
      status: 'enquirer',
      slug: 'manchester-south',
      method: 'coverage_rule',
      state: 'open',
      handling: 'received',
    });
  });

  it('reminds once when the duty is about to be late, and not when it is done', async () => {
    const late = await request(app.url)
      .post('/v1/join')
      .send(joinPost({ postcode: 'CF10 1AA' }));
    const done = await request(app.url)
      .post('/v1/join')
      .send(joinPost({ postcode: 'SA1 1AA' }));
    const notice = await app.smtp.waitFor((mail) => mail.to.includes('swansea@example.org'));
    const link = /http:\/\/localhost:3000(\/duties\/\S+)/.exec(notice.text)?.[1] ?? '';
    await request(app.url).post(link).type('form').send({ outcome: 'contacted' }).expect(303);
    await app.smtp.waitFor((mail) => mail.to.includes('cardiff@example.org'));

    await app.turnClock('5 days');
    await app.smtp.waitFor(
      (mail) => mail.to.includes('cardiff@example.org') && /remind/i.test(mail.subject),
    );
    await expect
      .poll(() => app.database.sql(`SELECT id FROM outbox WHERE job = 'follow-ups.remind'`))
      .toEqual([]);
    const reminders = app.smtp.messages.filter(({ subject }) => /remind/i.test(subject));
    expect(reminders.filter(({ to }) => to.includes('swansea@example.org'))).toEqual([]);
    expect([late.status, done.status]).toEqual([201, 201]);
  });

  it('tells an applicant without email by text', async () => {
    await request(app.url)
      .post('/v1/join')
      .send(joinPost({ email: undefined, phone: '07700 900456' }))
      .expect(201);
    await expect.poll(() => app.sms.map(({ to }) => to)).toContain('+447700900456');
  });
});
