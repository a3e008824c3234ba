import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SendMessageJob } from '../../src/messaging/jobs/send-message.job.js';
import { Database } from '../../src/platform/database/database.js';
import { Metrics } from '../../src/platform/metrics/metrics.js';
import { SmsSender, SmsUnavailable } from '../../src/providers/sms/sms-sender.js';
import { DutyBench } from '../follow-ups/duty-bench.js';

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

const cardiffDuty = () => bench.giveDuty({ unit: bench.organisation.units.cardiff });

/** A duty of a unit that has nothing but a mobile telephone. */
const swanseaDuty = async () => {
  await bench.database.sql(
    `UPDATE unit SET email = NULL, phone = '07700 900456' WHERE slug = 'swansea'`,
  );
  return bench.giveDuty({ unit: bench.organisation.units.swansea });
};

/** A process that begins to send and dies: before it has handed the message over, or after. */
async function dieWhileSending(messageId: string, at: 'before' | 'after'): Promise<void> {
  const job = bench.worker.get(SendMessageJob, { strict: false });
  const plan = await bench.worker
    .get(Database)
    .transaction((manager) => job.begin(manager, { messageId }));
  if (plan === 'stop' || 'postponeUntil' in plan) throw new Error('the message was not wanted');
  if (at === 'after') await job.perform(plan);
}

const metric = async (name: string): Promise<string> =>
  (await bench.worker.get(Metrics).registry.getSingleMetricAsString(name)) ?? '';

describe('an email', () => {
  it('that a dead process may have sent goes again with its Message-ID, and is counted', async () => {
    const duty = await cardiffDuty();
    const [message] = await bench.messages(duty.id);
    await dieWhileSending(message?.id ?? '', 'after');
    expect(await bench.messages(duty.id)).toMatchObject([{ state: 'sending', attempts: 1 }]);

    await bench.database.turnClock('2 minutes');
    await bench.runDueJobs();
    expect(await bench.messages(duty.id)).toMatchObject([
      { state: 'sent', attempts: 2, repeats: 1 },
    ]);
    const ids = bench.smtp.messages.map(({ messageId }) => messageId);
    expect(ids).toEqual([message?.message_id_header, message?.message_id_header]);
    expect(await metric('branchline_message_repeats_total')).toMatch(/kind="follow_up_notice"\} 1/);
  });

  it('is left alone while another process is sending it', async () => {
    const duty = await cardiffDuty();
    const [message] = await bench.messages(duty.id);
    await dieWhileSending(message?.id ?? '', 'before');
    await bench.runDueJobs();
    expect(bench.smtp.messages).toEqual([]);
    expect(await bench.messages(duty.id)).toMatchObject([{ state: 'sending', attempts: 1 }]);
    const [row] = await bench.database.sql<{ later: boolean; attempts: number }>(
      `SELECT available_at > clock_now() AS later, attempts FROM outbox WHERE job = 'messaging.send'`,
    );
    expect(row).toEqual({ later: true, attempts: 0 });
  });

  it('whose job runs twice at once is sent once', async () => {
    const duty = await cardiffDuty();
    const [row] = await bench.dueRows();
    if (row === undefined) throw new Error('there is no job');
    await Promise.all([bench.runJob(row), bench.runJob(row), bench.runJob(row)]);
    expect(bench.smtp.messages).toHaveLength(1);
    expect(await bench.messages(duty.id)).toMatchObject([{ state: 'sent', attempts: 1 }]);
  });

  it('that the server took without answering is a repetition, counted beforehand', async () => {
    const duty = await cardiffDuty();
    bench.smtp.respondWith(({ stage }) => (stage === 'data' ? 'drop' : 'accept'));
    await bench.runDueJobs();
    expect(await bench.messages(duty.id)).toMatchObject([{ state: 'queued', repeats: 1 }]);

    bench.smtp.respondWith(() => 'accept');
    await bench.database.turnClock('1 hour');
    await bench.runDueJobs();
    expect(new Set(bench.smtp.messages.map(({ messageId }) => messageId)).size).toBe(1);
    expect(bench.smtp.messages).toHaveLength(2);
  });

  it('that never gets through fails in the end, and the duty goes up', async () => {
    const duty = await cardiffDuty();
    bench.smtp.respondWith((moment) =>
      moment.stage === 'rcpt' && moment.recipient.startsWith('cardiff') ? { code: 450 } : 'accept',
    );
    await bench.database.sql(`UPDATE outbox SET attempts = 19 WHERE job = 'messaging.send'`);
    await bench.runDueJobs();
    expect(await bench.messages(duty.id)).toMatchObject([
      { key: 'follow_up_notice::1', state: 'failed' },
      { key: 'follow_up_notice::2', state: 'sent' },
    ]);
    expect(await bench.duty(duty.id)).toMatchObject({ slug: 'wales', assignment: 2 });
  });

  it('is not sent where the message is capped, cancelled or sent', async () => {
    for (const state of ['capped', 'cancelled', 'sent', 'failed', 'in_doubt']) {
      const duty = await cardiffDuty();
      await bench.database.sql('UPDATE message SET state = $2 WHERE follow_up_id = $1', [
        duty.id,
        state,
      ]);
      await bench.runDueJobs();
      expect(await bench.messages(duty.id)).toMatchObject([{ state, attempts: 0 }]);
    }
    expect(bench.smtp.messages).toEqual([]);
  });

  it('of a message that is gone stops quietly', async () => {
    const duty = await cardiffDuty();
    await bench.database.sql('DELETE FROM message WHERE follow_up_id = $1', [duty.id]);
    await bench.runDueJobs();
    expect(bench.smtp.messages).toEqual([]);
    expect(await bench.database.sql(`SELECT id FROM outbox WHERE job = 'messaging.send'`)).toEqual(
      [],
    );
  });
});

describe('a text message', () => {
  it('in doubt is never sent again by itself: the duty goes to the unit above', async () => {
    const duty = await swanseaDuty();
    const [message] = await bench.messages(duty.id);
    await dieWhileSending(message?.id ?? '', 'after');
    expect(bench.sms).toHaveLength(1);

    await bench.database.turnClock('2 minutes');
    await bench.runDueJobs();
    expect(bench.sms).toHaveLength(1);
    expect(await bench.messages(duty.id)).toMatchObject([
      { key: 'follow_up_notice::1', state: 'in_doubt', channel: 'sms', attempts: 1 },
      { key: 'follow_up_notice::2', state: 'sent', channel: 'email' },
    ]);
    expect(bench.smtp.messages.map(({ to }) => to)).toEqual([['wales@example.org']]);
    expect(await bench.events(duty.id)).toEqual(['notice_failed']);
  });

  it('that the provider may have taken is in doubt as well', async () => {
    const duty = await swanseaDuty();
    await withSms(
      () => Promise.reject(new SmsUnavailable('no answer in time', true)),
      () => bench.runDueJobs(),
    );
    expect(await bench.messages(duty.id)).toMatchObject([
      { state: 'in_doubt', last_error: 'no answer in time' },
      { state: 'sent', channel: 'email' },
    ]);
  });

  it('that the provider did not take is tried again', async () => {
    const duty = await swanseaDuty();
    await withSms(
      () => Promise.reject(new SmsUnavailable('come again')),
      () => bench.runDueJobs(),
    );
    expect(await bench.messages(duty.id)).toMatchObject([{ state: 'queued', repeats: 0 }]);
    await bench.database.turnClock('1 hour');
    await bench.runDueJobs();
    expect(bench.sms).toHaveLength(1);
    expect(await bench.messages(duty.id)).toMatchObject([{ state: 'sent' }]);
  });
});

/** Lets the provider answer otherwise for a while. */
async function withSms(send: SmsSender['send'], work: () => Promise<void>): Promise<void> {
  const sender = bench.worker.get(SmsSender, { strict: false });
  const usual = sender.send.bind(sender);
  sender.send = send;
  try {
    await work();
  } finally {
    sender.send = usual;
  }
}
