import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DevelopmentModule } from '../../src/development/development.module.js';
import { DevelopmentMessageStore } from '../../src/development/message-store.js';
import { Problem } from '../../src/platform/http/problem.js';
import { SchemaValidationPipe } from '../../src/platform/http/schema-validation.pipe.js';

@Catch(Problem)
class ProblemStatus implements ExceptionFilter<Problem> {
  catch(problem: Problem, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.status(problem.status).send(problem.toDocument('request'));
  }
}

describe('the development mailbox', () => {
  let dataDir: string;
  let app: NestFastifyApplication;
  const get = async (url: string): ReturnType<NestFastifyApplication['inject']> => app.inject(url);
  const subjects = async (url: string): Promise<unknown[]> =>
    (await get(url)).json<{ subject: string | null }[]>().map((message) => message.subject);

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'branchline-mailbox-'));
    const store = new DevelopmentMessageStore(dataDir);
    await store.load();
    await store.add({
      channel: 'email',
      to: 'reader@example.org',
      from: 'office@example.org',
      subject: 'Welcome <you>',
      text: 'Open https://example.org/a',
      html: '<p>Hello</p>',
      messageId: '<1@example.org>',
      headers: { 'x-kept-inside': 'yes' },
      at: new Date('2026-03-01T10:00:00Z'),
    });
    await store.add({
      channel: 'sms',
      to: '+447700900123',
      from: 'Branch',
      text: 'Hello',
      at: new Date('2026-03-01T11:00:00Z'),
    });
    app = await NestFactory.create<NestFastifyApplication>(
      DevelopmentModule.register({ store }),
      new FastifyAdapter(),
      { logger: false },
    );
    app.useGlobalPipes(new SchemaValidationPipe());
    app.useGlobalFilters(new ProblemStatus());
    await app.init();
  });
  afterAll(async () => {
    await app.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('answers every message, newest first, with the fields of the contract', async () => {
    const response = await get('/dev/messages');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual([
      {
        channel: 'sms',
        to: '+447700900123',
        subject: null,
        text: 'Hello',
        html: null,
        at: '2026-03-01T11:00:00.000Z',
        messageId: null,
      },
      {
        channel: 'email',
        to: 'reader@example.org',
        subject: 'Welcome <you>',
        text: 'Open https://example.org/a',
        html: '<p>Hello</p>',
        at: '2026-03-01T10:00:00.000Z',
        messageId: '<1@example.org>',
      },
    ]);
  });

  it('filters by recipient, also by a number whose plus sign was not encoded', async () => {
    expect(await subjects('/dev/messages?to=READER%40example.org')).toEqual(['Welcome <you>']);
    expect(await subjects('/dev/messages?to=reader')).toEqual([]);
    expect(await subjects('/dev/messages?to=+447700900123')).toEqual([null]);
    expect(await subjects('/dev/messages?to=%2B447700900123')).toEqual([null]);
  });

  it('filters by time, in whatever offset', async () => {
    expect(await subjects('/dev/messages?since=2026-03-01T10:00:00.001Z')).toEqual([null]);
    expect(await subjects('/dev/messages?since=2026-03-01T12:00:00+01:00')).toEqual([null]);
    expect(await subjects('/dev/messages?since=2026-03-01T12:00:01%2B01:00')).toEqual([]);
  });

  it.each(['since=yesterday', 'since=', 'since=2026-02-30T00:00:00Z', 'to=a&to=b'])(
    'refuses %s with 422',
    async (query) => {
      const response = await get(`/dev/messages?${query}`);
      expect(response.statusCode).toBe(422);
      expect(response.json<{ errors: { path: string }[] }>().errors).toMatchObject([
        { path: query.split('=')[0] },
      ]);
    },
  );

  it('shows them to a person, with a policy that lets nothing run or load', async () => {
    const response = await get('/dev/mailbox?to=reader@example.org');
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(response.headers['content-security-policy']).toContain("default-src 'none'");
    expect(response.body).toContain('Welcome &lt;you&gt;');
    expect(response.body).not.toContain('+447700900123');
    expect((await get('/dev/mailbox?to=')).body).toContain('+447700900123');
  });
});
