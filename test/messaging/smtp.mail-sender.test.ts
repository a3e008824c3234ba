import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mail } from '../../src/providers/mail/mail-sender.js';
import { MailRefused, MailUnavailable } from '../../src/providers/mail/mail-sender.js';
import { SmtpMailSender } from '../../src/providers/mail/smtp.mail-sender.js';
import { testConfiguration } from '../http/support.js';
import { type SmtpTestServer, startSmtpServer } from '../support/smtp-server.js';

const mail: Mail = {
  messageId: '<one@example.org>',
  from: 'The Campaign <office@example.org>',
  to: 'sam@example.org',
  subject: 'Hello',
  text: 'Plain words.',
  html: '<p>Rich words.</p>',
  demo: false,
};

let smtp: SmtpTestServer;
let sender: SmtpMailSender;
beforeEach(async () => {
  smtp = await startSmtpServer();
  sender = new SmtpMailSender(testConfiguration({ SMTP_URL: smtp.url }));
});
afterEach(async () => {
  sender.onApplicationShutdown();
  await smtp.close();
});

const failure = (changes: Partial<Mail> = {}, deadline = 5_000): Promise<unknown> =>
  sender.send({ ...mail, ...changes }, deadline).then(
    () => 'sent',
    (error: unknown) => error,
  );

describe('the SMTP sender', () => {
  it('sends text and HTML under the Message-ID it was given', async () => {
    expect(
      await sender.send({ ...mail, headers: { 'Auto-Submitted': 'auto-generated' } }, 5_000),
    ).toEqual({ code: 250 });
    expect(smtp.messages).toMatchObject([
      {
        from: 'office@example.org',
        to: ['sam@example.org'],
        messageId: '<one@example.org>',
        subject: 'Hello',
        html: expect.stringContaining('<p>Rich words.</p>'),
        headers: { 'auto-submitted': 'auto-generated' },
      },
    ]);
  });

  it('lets no line break begin a header', async () => {
    await sender.send(
      {
        ...mail,
        subject: 'Hello\r\nBcc: victim@example.org\r\n\r\nA body',
        headers: { 'X-Reason': 'one\r\nX-Evil: yes' },
      },
      5_000,
    );
    const [received] = smtp.messages;
    expect(received?.subject).toBe('Hello Bcc: victim@example.org A body');
    expect(received?.to).toEqual(['sam@example.org']);
    expect(Object.keys(received?.headers ?? {})).not.toContain('x-evil');
    expect(Object.keys(received?.headers ?? {})).not.toContain('bcc');
    expect(received?.text.trim()).toBe('Plain words.');
  });

  it.each([
    'sam@example.org, victim@example.org',
    'sam@example.org\r\nRCPT TO:<victim@example.org>',
    '<sam@example.org>',
    'Sam <sam@example.org>',
    'group: a@example.org;',
    'nobody',
    '',
  ])('refuses %j, which is not one plain address', async (to) => {
    expect(await failure({ to })).toBeInstanceOf(MailRefused);
    expect(smtp.messages).toEqual([]);
  });

  it.each([
    ['rcpt', 550, MailRefused],
    ['data', 554, MailRefused],
    ['rcpt', 450, MailUnavailable],
    ['data', 452, MailUnavailable],
  ] as const)('takes %s %i for %o', async (stage, code, kind) => {
    smtp.respondWith((moment) =>
      moment.stage === stage ? { code, message: 'sam@example.org is unknown' } : 'accept',
    );
    const error = await failure();
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toBe(`the mail server answered ${code}`);
    expect(error).not.toHaveProperty('maybeSent', true);
  });

  it('goes on over the same pool after a refusal', async () => {
    smtp.respondWith(({ stage }) => (stage === 'rcpt' ? { code: 550 } : 'accept'));
    await failure();
    smtp.respondWith(() => 'accept');
    expect(await failure()).toBe('sent');
  });

  it('does not know what became of a message whose connection broke at the end', async () => {
    smtp.respondWith(({ stage }) => (stage === 'data' ? 'drop' : 'accept'));
    expect(await failure()).toMatchObject({ name: 'MailUnavailable', maybeSent: true });
  });

  it('gives up at its deadline on a server that hangs', async () => {
    smtp.respondWith(({ stage }) => (stage === 'data' ? 'hang' : 'accept'));
    const begun = Date.now();
    expect(await failure({}, 300)).toMatchObject({ name: 'MailUnavailable', maybeSent: true });
    expect(Date.now() - begun).toBeLessThan(3_000);
  });

  it('knows that a server which is away took nothing', async () => {
    await smtp.close();
    expect(await failure()).toMatchObject({ name: 'MailUnavailable', maybeSent: false });
    smtp = await startSmtpServer();
  });

  it('does not begin after its deadline', async () => {
    expect(await failure({}, -1)).toBeInstanceOf(MailUnavailable);
    expect(smtp.messages).toEqual([]);
  });

  it('sends for the demo organisation to this machine only', async () => {
    expect(await failure({ demo: true })).toBe('sent');
    const real = new SmtpMailSender(testConfiguration({ SMTP_URL: 'smtp://mail.example.org:587' }));
    await expect(real.send({ ...mail, demo: true }, 5_000)).rejects.toThrow(MailRefused);
    real.onApplicationShutdown();
  });
});
