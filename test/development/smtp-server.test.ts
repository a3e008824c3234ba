import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type SmtpTestServer, startSmtpServer } from '../support/smtp-server.js';

describe('startSmtpServer', () => {
  let server: SmtpTestServer;
  const send = async (to: string, subject = 'x', options: object = {}): Promise<unknown> => {
    const transport = createTransport({ host: '127.0.0.1', port: server.port, ...options });
    try {
      return await transport.sendMail({ from: 'a@example.org', to, subject, text: 'Hello' });
    } finally {
      transport.close();
    }
  };

  beforeEach(async () => {
    server = await startSmtpServer();
  });
  afterEach(async () => {
    await server.close();
  });

  it('finds a message that came before, and waits for one that is still to come', async () => {
    await send('one@example.org', 'first');
    expect(await server.waitFor((mail) => mail.subject === 'first')).toMatchObject({
      to: ['one@example.org'],
      text: 'Hello\n',
      acknowledged: true,
    });
    const coming = server.waitFor((mail) => mail.subject === 'second');
    await send('two@example.org', 'second');
    expect((await coming).to).toEqual(['two@example.org']);
  });

  it('says what came instead when nothing matches in time', async () => {
    await send('one@example.org', 'first');
    await expect(server.waitFor(() => false, 20)).rejects.toThrow('one@example.org: first');
  });

  it.each([
    ['rcpt', 450],
    ['rcpt', 550],
    ['data', 451],
    ['data', 554],
  ] as const)('refuses at %s with %i and records nothing', async (stage, code) => {
    server.respondWith((moment) => (moment.stage === stage ? { code } : 'accept'));
    await expect(send('one@example.org')).rejects.toMatchObject({ responseCode: code });
    expect(server.messages).toEqual([]);
  });

  it('drops after DATA: the message is recorded, the sender knows nothing', async () => {
    server.respondWith(({ stage }) => (stage === 'data' ? 'drop' : 'accept'));
    const error: unknown = await send('one@example.org').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toHaveProperty('responseCode');
    expect(server.messages).toMatchObject([{ to: ['one@example.org'], acknowledged: false }]);
  });

  it('hangs until the sender gives up', async () => {
    server.respondWith(() => 'hang');
    await expect(send('one@example.org', 'x', { socketTimeout: 100 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
    expect(server.messages).toEqual([]);
  });
});
