import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DevelopmentMessageStore, type NewDevelopmentMessage } from './message-store.js';

const email = (overrides: Partial<NewDevelopmentMessage> = {}): NewDevelopmentMessage => ({
  channel: 'email',
  to: 'reader@example.org',
  from: 'office@example.org',
  subject: 'Welcome',
  text: 'Hello',
  at: new Date('2026-03-01T10:00:00Z'),
  ...overrides,
});

describe('DevelopmentMessageStore', () => {
  let dataDir: string;
  const path = (): string => join(dataDir, 'messages.jsonl');
  const open = async (limit?: number): Promise<DevelopmentMessageStore> => {
    const store = new DevelopmentMessageStore(dataDir, limit);
    await store.load();
    return store;
  };

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'branchline-store-'));
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  it('lists newest first, and of one moment the last to come first', async () => {
    const store = await open();
    await store.add(email({ subject: 'b', at: new Date('2026-03-01T10:00:00Z') }));
    await store.add(email({ subject: 'c', at: new Date('2026-03-01T10:00:00Z') }));
    await store.add(email({ subject: 'a', at: new Date('2026-03-01T09:00:00Z') }));
    expect(store.list().map((message) => message.subject)).toEqual(['c', 'b', 'a']);
  });

  it('finds a recipient in whatever case, but only the whole address', async () => {
    const store = await open();
    await store.add(email({ to: 'Reader@Example.org' }));
    await store.add(email({ to: 'another.reader@example.org' }));
    expect(store.list({ to: 'reader@EXAMPLE.org' }).map((message) => message.to)).toEqual([
      'Reader@Example.org',
    ]);
  });

  it('includes the moment of since itself', async () => {
    const store = await open();
    await store.add(email({ subject: 'before', at: new Date('2026-03-01T09:59:59.999Z') }));
    await store.add(email({ subject: 'then', at: new Date('2026-03-01T10:00:00Z') }));
    expect(
      store.list({ since: new Date('2026-03-01T10:00:00Z') }).map((message) => message.subject),
    ).toEqual(['then']);
  });

  it('has everything again after a new start', async () => {
    const first = await open();
    await first.add(email({ html: '<p>Hello</p>', messageId: '<1@example.org>' }));
    await first.add({
      channel: 'sms',
      to: '+447700900123',
      from: 'Branch',
      text: 'two\nlines',
      at: new Date('2026-03-01T11:00:00Z'),
    });
    const before = first.list();
    expect(before).toHaveLength(2);
    expect((await open()).list()).toEqual(before);
  });

  it('keeps the file closed to other users', async () => {
    await (await open()).add(email());
    expect((await stat(path())).mode & 0o777).toBe(0o600);
  });

  it('drops a last line that a kill cut short, and goes on writing whole lines', async () => {
    await (await open()).add(email({ subject: 'whole' }));
    await appendFile(path(), '{"channel":"email","to":"rea');
    const second = await open();
    await second.add(email({ subject: 'next' }));
    expect((await open()).list().map((message) => message.subject)).toEqual(['next', 'whole']);
  });

  it('does not glue the next message to a line that lost only its end of line', async () => {
    await (await open()).add(email({ subject: 'whole' }));
    const text = await readFile(path(), 'utf8');
    await rm(path());
    await appendFile(path(), text.trimEnd());
    await (await open()).add(email({ subject: 'next' }));
    expect((await open()).list().map((message) => message.subject)).toEqual(['next', 'whole']);
  });

  it('keeps only the newest of too many, in memory and in the file', async () => {
    const store = await open(3);
    for (const subject of ['1', '2', '3', '4', '5']) await store.add(email({ subject }));
    expect(store.list().map((message) => message.subject)).toEqual(['5', '4', '3']);
    await open(3);
    const lines = (await readFile(path(), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { subject: string }).subject)).toEqual([
      '3',
      '4',
      '5',
    ]);
  });

  it('keeps messages that are added at once, each whole', async () => {
    const store = await open();
    const texts = Array.from({ length: 50 }, (_, index) => `${index} ${'x'.repeat(20_000)}`);
    await Promise.all(texts.map((text) => store.add(email({ text }))));
    const kept = (await open()).list().map((message) => message.text);
    expect(kept.toSorted()).toEqual(texts.toSorted());
  });
});
