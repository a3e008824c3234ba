import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type MailInbox, startMailInbox } from '../../src/development/mail-inbox.js';
import { DevelopmentMessageStore } from '../../src/development/message-store.js';

describe('startMailInbox', () => {
  let dataDir: string;
  let store: DevelopmentMessageStore;
  let inbox: MailInbox;
  const lines: string[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'branchline-inbox-'));
    store = new DevelopmentMessageStore(dataDir);
    await store.load();
    inbox = await startMailInbox({ store, log: (line) => lines.push(line) });
  });
  afterEach(async () => {
    await inbox.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('has kept the message, for each recipient, when the sender gets its answer', async () => {
    const transport = createTransport(inbox.url);
    await transport.sendMail({
      from: 'Office <office@example.org>',
      to: ['one@example.org', 'two@example.org'],
      bcc: 'hidden@example.org',
      subject: 'Croeso, Siân',
      text: 'Hello\nthere',
      html: '<p>Hello</p>',
      messageId: '<fixed@example.org>',
      headers: { 'List-Unsubscribe': '<https://example.org/u/1>' },
    });
    transport.close();
    const kept = store.list();
    expect(kept.map((message) => message.to).toSorted()).toEqual([
      'hidden@example.org',
      'one@example.org',
      'two@example.org',
    ]);
    expect(store.list({ to: 'one@example.org' })).toMatchObject([
      {
        channel: 'email',
        subject: 'Croeso, Siân',
        text: 'Hello\nthere',
        html: '<p>Hello</p>',
        messageId: '<fixed@example.org>',
        headers: { 'list-unsubscribe': '<https://example.org/u/1>' },
      },
    ]);
    const again = new DevelopmentMessageStore(dataDir);
    await again.load();
    expect(again.list()).toEqual(kept);
  });

  it('makes up no text for a message that has only HTML', async () => {
    const transport = createTransport(inbox.url);
    await transport.sendMail({
      from: 'office@example.org',
      to: 'one@example.org',
      subject: 'x',
      html: '<p>Hi</p>',
    });
    transport.close();
    expect(store.list()).toMatchObject([{ text: '', html: '<p>Hi</p>\n' }]);
  });

  it('tells the sender to try again when the message could not be kept', async () => {
    await rm(dataDir, { recursive: true, force: true });
    const transport = createTransport(inbox.url);
    const sending = transport.sendMail({
      from: 'office@example.org',
      to: 'one@example.org',
      subject: 'x',
      text: 'y',
    });
    await expect(sending).rejects.toMatchObject({ responseCode: 451 });
    transport.close();
    expect(lines).toContainEqual(expect.stringContaining('could not keep a message'));
  });

  it('takes many messages over pooled connections at once and closes with them open', async () => {
    const transport = createTransport(`${inbox.url}?pool=true&maxConnections=5`);
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        transport.sendMail({
          from: 'office@example.org',
          to: `r${index}@example.org`,
          subject: `number ${index}`,
          text: 'x',
        }),
      ),
    );
    expect(new Set(store.list().map((message) => message.subject)).size).toBe(40);
    transport.close();
  });

  it('says that a wanted port is taken', async () => {
    const port = Number(new URL(inbox.url).port);
    await expect(startMailInbox({ port, store, log: () => undefined })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
