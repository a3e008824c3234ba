import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { describeDay } from '../../src/platform/time/describe-day.js';
import { daysAgo, makeOfficer, type Officer, stallCard } from '../factories/intake.js';
import { joinPost } from '../factories/join-post.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { queueBackends } from '../support/queue-backends.js';
import { storedJoin } from '../support/stored.js';

describe.each(queueBackends())('the journey of a stall card, jobs on $name', (backend) => {
  let app: TestApplication;
  let queue: Awaited<ReturnType<typeof backend.start>>;
  let cardiff: Officer;

  beforeAll(async () => {
    queue = await backend.start();
    app = await startApplication({ queueUrl: queue.queueUrl });
    cardiff = await makeOfficer(app, 'cardiff');
  });
  afterAll(async () => {
    await app.close();
    await queue.stop();
  });

  const linkIn = (text: string) =>
    /http:\/\/localhost:3000(\/v1\/confirm\/\S+)/.exec(text)?.[1] ?? '';

  it('ends with an acknowledgement of the conversation and a notice to the branch', async () => {
    const email = 'card.journey@example.org';
    await cardiff.take({ givenName: 'Robin', email, address: { town: 'Roath' } });
    const acknowledgement = await app.smtp.waitFor((mail) => mail.to.includes(email));
    expect(acknowledgement.text).toContain('thank you for talking with us on');
    expect(acknowledgement.text).toContain('Somebody from Cardiff will get in touch by');
    expect(acknowledgement.text).toContain('in a conversation');
    expect(acknowledgement.text).not.toContain('join form');
    const notice = await app.smtp.waitFor((mail) => mail.to.includes('cardiff@example.org'));
    expect(notice.text).toContain('Robin');
    expect(notice.text).toContain('Roath');
    const duty = /http:\/\/localhost:3000(\/duties\/\S+)/.exec(notice.text)?.[1] ?? '';
    const dutyPage = await request(app.url).get(duty).expect(200);
    const day = describeDay(new Date(`${daysAgo(3)}T12:00:00Z`));
    expect(dutyPage.text).toContain(`Filled in a card at a stall, on ${day}.`);

    const page = await request(app.url).get(linkIn(acknowledgement.text)).expect(200);
    expect(page.text).not.toContain('join form');
    await request(app.url).post(linkIn(acknowledgement.text)).expect(200);
  });

  it('asks nobody to get in touch where the conversation was the contact', async () => {
    const email = 'spoken.already@example.org';
    const id = await cardiff.take({ email, postcode: 'SA1 1AA', alreadyContacted: true });
    const acknowledgement = await app.smtp.waitFor((mail) => mail.to.includes(email));
    expect(acknowledgement.text).not.toContain('will get in touch');
    expect(acknowledgement.text).toContain('This is your contact:');
    // A later join of the same branch is told of; had this one been, it would have come before.
    await request(app.url)
      .post('/v1/join')
      .send(joinPost({ givenName: 'Later', postcode: 'SA1 1AA' }))
      .expect(201);
    await app.smtp.waitFor((mail) => mail.to.includes('swansea@example.org'));
    const notices = app.smtp.messages.filter(({ to }) => to.includes('swansea@example.org'));
    expect(notices).toHaveLength(1);
    expect(await storedJoin(app.database, id)).toMatchObject({ state: 'contacted' });
  });

  it('brings the proposals of a known person to their record once they confirm, by its own time', async () => {
    const who = { givenName: 'Mia', familyName: 'Known', email: 'mia.known@example.org' };
    const first = await request(app.url)
      .post('/v1/join')
      .send(joinPost({ ...who, postcode: 'CF10 1AA', consent: { privacyNotice: '1' } }))
      .expect(201);
    const { personId } = await storedJoin(app.database, (first.body as { id: string }).id);
    const on = daysAgo(4);
    const id = await cardiff.take({
      ...who,
      postcode: 'CF11 9XX',
      conversation: { on },
      consent: {
        ...(stallCard()['consent'] as object),
        email: true,
      },
    });
    expect(await storedJoin(app.database, id)).toMatchObject({ personId });
    const acknowledgement = await app.smtp.waitFor(
      (mail) => mail.to.includes(who.email) && mail.text.includes('talking with us'),
    );
    await request(app.url).post(linkIn(acknowledgement.text)).expect(200);
    expect((await cardiff.get(`/people/${personId}`)).body).toMatchObject({
      postcode: 'CF11 9XX',
      consents: [
        {
          decision: 'granted',
          source: 'stall_card',
          wordingVersion: 'card-2026-10',
          evidence: { kind: 'signed_card', reference: 'box 3' },
        },
      ],
    });
    const events = await app.database.sql(
      `SELECT to_char(occurred_at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD') AS on
         FROM consent_event WHERE person_id = $1`,
      [personId],
    );
    expect(events).toEqual([{ on }]);
  });
});
