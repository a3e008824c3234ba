import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { giveGrant } from '../factories/organisation.js';
import { DutyBench } from './duty-bench.js';

let bench: DutyBench;
beforeAll(async () => {
  bench = await DutyBench.open();
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.smtp.clear();
  bench.sms.length = 0;
});
afterEach(async () => {
  bench.smtp.respondWith(() => 'accept');
  await bench.database.turnClock('0');
  await bench.database.sql('DELETE FROM outbox');
});

/** Gives the post of a branch to somebody, and to a stand-in. */
async function fillPost(unit: 'swansea', email: { holder?: string; standIn?: string }) {
  const organiser = async (address: string | undefined): Promise<string | null> => {
    if (address === undefined) return null;
    const [row] = await bench.database.sql<{ id: string }>(
      `INSERT INTO organiser (id, email, name, password_hash)
       VALUES (gen_random_uuid(), $1, 'An organiser', '-')
       ON CONFLICT (email) DO UPDATE SET name = excluded.name RETURNING id`,
      [address],
    );
    if (row === undefined) return null;
    await giveGrant(bench.database, row.id, 'branch_secretary', bench.organisation.units[unit].id);
    return row.id;
  };
  await bench.database.sql(
    `INSERT INTO post (id, unit_id, office, holder_id, stand_in_id)
     VALUES (gen_random_uuid(), $1, 'branch_secretary', $2, $3)
     ON CONFLICT (unit_id, office) DO UPDATE
       SET holder_id = excluded.holder_id, stand_in_id = excluded.stand_in_id`,
    [
      bench.organisation.units[unit].id,
      await organiser(email.holder),
      await organiser(email.standIn),
    ],
  );
}

const setContact = (slug: string, email: string | null, phone: string | null) =>
  bench.database.sql('UPDATE unit SET email = $2, phone = $3 WHERE slug = $1', [
    slug,
    email,
    phone,
  ]);

describe('a notice', () => {
  it('tells the first name, the town and the link, and nothing more of the person', async () => {
    const duty = await bench.giveDuty({ unit: bench.organisation.units.cardiff });
    await bench.runDueJobs();

    const [mail] = bench.smtp.messages;
    expect(bench.smtp.messages).toHaveLength(1);
    expect(mail?.to).toEqual(['cardiff@example.org']);
    expect(mail?.subject).toMatch(/^Please get in touch with Robin in Cardiff by \w+ \d+ \w+$/);
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain('Robin');
      expect(part).toContain(`http://localhost:3000${duty.path}`);
    }
    // The raw message is encoded; every part of it is looked at as it will be read.
    const all = [mail?.raw, mail?.text, mail?.html, mail?.subject].join('\n').toLowerCase();
    for (const secret of [
      'carter',
      'robin@',
      '900123',
      'cf10 1aa',
      'long lane',
      'stall',
      'homes',
    ]) {
      expect(all).not.toContain(secret);
    }
    expect(mail?.headers).toMatchObject({
      'auto-submitted': 'auto-generated',
      'x-auto-response-suppress': 'All',
    });
    expect(mail?.text).toContain('National Office');
    expect(mail?.text).toContain('Questions about your data: national@example.org');
    expect(mail?.messageId).toMatch(/^<[0-9a-f-]{36}@campaign\.example>$/);
    expect(await bench.messages(duty.id)).toMatchObject([
      { key: 'follow_up_notice::1', state: 'sent', channel: 'email', attempts: 1, repeats: 0 },
    ]);
  });

  it.each([
    ['{{7*7}}', 'Jones', '{{7*7}}'],
    ['<script>alert(1)</script>', 'Jones', '<script>alert(1)</script>'],
    ['{% include "/etc/passwd" %}', 'Jones', '{% include "/etc/passwd" %}'],
    ['Robin\r\nBcc: victim@example.org', 'Jones', 'Somebody'],
    ['Robin\r\nX-Evil: yes', 'Jones', 'Robin X-Evil: yes'],
    ['Win at http://evil.example now', 'Jones', 'Somebody'],
    ['Robin Carter', '', 'Robin'],
  ])('is not led astray by the name %j', async (givenName, familyName, shown) => {
    await bench.giveDuty({
      unit: bench.organisation.units.cardiff,
      posted: { givenName, familyName, address: {} },
    });
    await bench.runDueJobs();

    const [mail] = bench.smtp.messages;
    expect(mail?.to).toEqual(['cardiff@example.org']);
    expect(mail?.subject).toContain(`Please get in touch with ${shown} by`);
    expect(mail?.headers).not.toHaveProperty('bcc');
    expect(mail?.headers).not.toHaveProperty('x-evil');
    expect(mail?.html).not.toContain('<script');
    expect(mail?.text).toContain(`${shown} has asked to join`);
    expect(mail?.raw).not.toContain('evil.example');
  });

  it('goes to the holder of the post, and not to the unit', async () => {
    await fillPost('swansea', { holder: 'secretary@example.org', standIn: 'cover@example.org' });
    await bench.giveDuty({ unit: bench.organisation.units.swansea });
    await bench.runDueJobs();
    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([['secretary@example.org']]);
  });

  it('goes to the stand-in of a vacant post', async () => {
    await fillPost('swansea', { standIn: 'cover@example.org' });
    await bench.giveDuty({ unit: bench.organisation.units.swansea });
    await bench.runDueJobs();
    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([['cover@example.org']]);
  });

  it('goes by text where a unit has nothing but a mobile', async () => {
    await fillPost('swansea', {});
    await setContact('swansea', null, '07700 900 456');
    const duty = await bench.giveDuty({ unit: bench.organisation.units.swansea });
    await bench.runDueJobs();

    expect(bench.smtp.messages).toEqual([]);
    expect(bench.sms).toMatchObject([{ to: '+447700900456' }]);
    expect(bench.sms[0]?.text).toMatch(
      /^Swansea: Robin in Cardiff asked to join\. .*\/duties\/\S+$/,
    );
    expect(bench.sms[0]?.text).not.toMatch(/Carter|900123|robin@/);
    expect(await bench.messages(duty.id)).toMatchObject([{ state: 'sent', channel: 'sms' }]);
    await setContact('swansea', 'swansea@example.org', null);
  });

  it('moves to the region where a unit has nobody, once', async () => {
    await fillPost('swansea', {});
    await setContact('swansea', null, '01792 496 000');
    const duty = await bench.giveDuty({ unit: bench.organisation.units.swansea });
    const { dueAt } = await bench.duty(duty.id);
    await bench.runDueJobs();

    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([['wales@example.org']]);
    expect(await bench.duty(duty.id)).toMatchObject({
      slug: 'wales',
      office: 'regional_organiser',
      assignment: 2,
      state: 'open',
      dueAt,
    });
    expect(await bench.messages(duty.id)).toMatchObject([
      { key: 'follow_up_notice::1', state: 'cancelled' },
      { key: 'follow_up_notice::2', state: 'sent' },
    ]);
    expect(await bench.events(duty.id)).toEqual(['notice_failed']);
    expect(await bench.audit(duty.id)).toEqual(['system follow_up.notice_failed']);
    await setContact('swansea', 'swansea@example.org', null);
  });

  it('moves up past a region that has nobody either', async () => {
    await fillPost('swansea', {});
    await setContact('swansea', null, null);
    await setContact('wales', null, null);
    const wales = bench.organisation.organisers.wales.id;
    await bench.database.sql('UPDATE organiser SET disabled_at = now() WHERE id = $1', [wales]);
    const duty = await bench.giveDuty({ unit: bench.organisation.units.swansea });
    await bench.runDueJobs();

    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([['national@example.org']]);
    expect(await bench.duty(duty.id)).toMatchObject({ slug: 'national', assignment: 2 });
    await bench.database.sql('UPDATE organiser SET disabled_at = NULL WHERE id = $1', [wales]);
    await setContact('swansea', 'swansea@example.org', null);
    await setContact('wales', 'wales@example.org', null);
  });

  it('about somebody under 18 goes to the safeguarding post, else to the national office', async () => {
    const { national } = bench.organisation.units;
    const minor = { unit: national, office: 'safeguarding_officer' } as const;
    await bench.giveDuty(minor);
    await bench.runDueJobs();
    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([['national@example.org']]);

    bench.smtp.clear();
    await bench.database.sql(
      `INSERT INTO post (id, unit_id, office, holder_id)
       VALUES (gen_random_uuid(), $1, 'safeguarding_officer', $2)`,
      [national.id, bench.organisation.organisers.dpo.id],
    );
    await bench.giveDuty(minor);
    await bench.runDueJobs();
    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([['dpo@example.org']]);
  });

  it('that is refused for good hands the duty up, and the old link is dead', async () => {
    bench.smtp.respondWith((moment) =>
      moment.stage === 'rcpt' && moment.recipient === 'cardiff@example.org'
        ? { code: 550, message: 'cardiff@example.org is no mailbox' }
        : 'accept',
    );
    const duty = await bench.giveDuty({ unit: bench.organisation.units.cardiff });
    await bench.runDueJobs();

    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([['wales@example.org']]);
    expect(await bench.messages(duty.id)).toMatchObject([
      { key: 'follow_up_notice::1', state: 'failed', last_error: 'the mail server answered 550' },
      { key: 'follow_up_notice::2', state: 'sent' },
    ]);
    expect((await fetch(bench.url + duty.path)).status).toBe(410);
    expect((await fetch(bench.url + bench.pathOf(duty.id, 2))).status).toBe(200);
    expect(await bench.dueRows()).toEqual([]);
  });

  it('waits where the server asks to come again, and keeps its Message-ID', async () => {
    bench.smtp.respondWith(() => ({ code: 451 }));
    const duty = await bench.giveDuty({ unit: bench.organisation.units.cardiff });
    await bench.runDueJobs();
    expect(await bench.messages(duty.id)).toMatchObject([
      { state: 'queued', attempts: 1, repeats: 0, last_error: 'the mail server answered 451' },
    ]);

    bench.smtp.respondWith(() => 'accept');
    await bench.database.turnClock('1 hour');
    await bench.runDueJobs();
    const [message] = await bench.messages(duty.id);
    expect(message).toMatchObject({ state: 'sent', attempts: 2, repeats: 0, last_error: null });
    expect(bench.smtp.messages.map(({ messageId }) => messageId)).toEqual([
      message?.message_id_header,
    ]);
  });

  it('that nobody at the top can get leaves the duty open, with a line in the log', async () => {
    bench.smtp.respondWith(() => ({ code: 550 }));
    const duty = await bench.giveDuty({ unit: bench.organisation.units.national });
    await bench.runDueJobs();
    expect(await bench.duty(duty.id)).toMatchObject({ state: 'open', assignment: 1 });
    expect(await bench.events(duty.id)).toEqual(['notice_failed']);
    expect(bench.log.filter((line) => line.includes('Nobody can be told of a duty'))).toHaveLength(
      1,
    );
  });

  it('is not sent for a duty that was closed meanwhile', async () => {
    const duty = await bench.giveDuty({ unit: bench.organisation.units.cardiff });
    await bench.database.sql(
      `UPDATE follow_up SET state = 'done', closed_at = now() WHERE id = $1`,
      [duty.id],
    );
    await bench.runDueJobs();
    expect(bench.smtp.messages).toEqual([]);
    expect(await bench.messages(duty.id)).toMatchObject([{ state: 'cancelled', attempts: 0 }]);
  });

  it('leaves nothing of the person in the log', () => {
    const log = bench.log.join('\n').toLowerCase();
    for (const secret of ['carter', 'robin', '900123', '@example.org']) {
      expect(log).not.toContain(secret);
    }
    expect(log).not.toMatch(/duties\/[a-z0-9_-]{20}/);
  });
});
