import { Controller, Get, Module } from '@nestjs/common';
import { Agent, get } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import request from 'supertest';
import { closeHttpApp } from '../../src/platform/http/close-http-app.js';
import { Readiness } from '../../src/platform/http/readiness.js';
import { Metrics } from '../../src/platform/metrics/metrics.js';
import { ExampleModule } from './example.module.js';
import { type Served, eventually, serve } from './support.js';

const running: Served[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ app }) => app.close()));
});

async function start(module = ExampleModule, settings: Record<string, string> = {}) {
  const served = await serve(module, settings);
  running.push(served);
  return served;
}

describe('health', () => {
  it('is alive and, with nothing to wait for, ready', async () => {
    const served = await start();
    for (const path of ['/health/live', '/health/ready']) {
      const answer = await request(served.url).get(path);
      expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { status: 'ok' }]);
    }
  });

  it('names what is not ready, also what does not answer in time', async () => {
    const served = await start();
    const readiness = served.app.get(Readiness);
    readiness.register('database', () => Promise.reject(new Error('away')));
    readiness.register('queue', () => new Promise(() => undefined));
    readiness.register('mail', async () => {});
    const answer = await request(served.url).get('/health/ready');
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'not_ready',
      failed: ['database', 'queue'],
    });
    expect((await request(served.url).get('/health/live')).status).toBe(200);
  });
});

describe('metrics', () => {
  it('shows durations by method, route pattern and status, and metrics of features', async () => {
    const served = await start();
    served.app.get(Metrics).counter('branchline_tests_total', 'Tests').inc();
    expect(() => served.app.get(Metrics).counter('branchline_tests_total', 'Tests')).not.toThrow();
    await request(served.url).get('/v1/things/secret-token');
    await request(served.url).get('/v1/invented/by/the/caller');
    const answer = await request(served.url).get('/metrics');
    expect(answer.headers['content-type']).toContain('text/plain; version=0.0.4');
    const content = answer.text;
    expect(content).toContain(
      'branchline_http_request_duration_seconds_count{method="GET",route="/v1/things/:id",status="404"} 1',
    );
    expect(content).toContain('route="unmatched",status="404"} 1');
    expect(content).toContain('branchline_tests_total 1');
    expect(content).toContain('process_cpu_seconds_total');
    expect(content).not.toContain('secret-token');
    expect(content).not.toContain('invented');
  });
});

describe('request log', () => {
  it('tells the pattern and never the address, the query or the client', async () => {
    const served = await start();
    await request(served.url)
      .get('/v1/things/secret-token?postcode=M14+5RX')
      .set('User-Agent', 'agent-name');
    const line = await eventually(() => served.log.find((one) => one['msg'] === 'request'));
    expect(line).toMatchObject({ level: 'info', method: 'GET', route: '/v1/things/:id' });
    const all = JSON.stringify(served.log);
    for (const secret of ['secret-token', 'M14', '127.0.0.1', 'agent-name']) {
      expect(all).not.toContain(secret);
    }
  });
});

describe('shutting down', () => {
  it('finishes running requests, takes no new ones and closes kept connections', async () => {
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let inside = false;

    @Controller()
    class SlowController {
      @Get('slow')
      async slow(): Promise<object> {
        inside = true;
        await held;
        return { done: true };
      }
    }
    @Module({ controllers: [SlowController] })
    class SlowModule {}

    const served = await serve(SlowModule);
    const agent = new Agent({ keepAlive: true });
    const answer = new Promise<{ status: number | undefined; connection: string | undefined }>(
      (resolve, reject) => {
        get(`${served.url}/slow`, { agent }, (response) => {
          response.resume();
          const { statusCode, headers } = response;
          response.on('end', () => resolve({ status: statusCode, connection: headers.connection }));
        }).on('error', reject);
      },
    );
    await eventually(() => inside);
    const closed = closeHttpApp(served.app, 10);
    const again = await fetch(`${served.url}/slow`).catch((error: unknown) => error);
    expect(again).toBeInstanceOf(TypeError);
    release?.();
    expect(await answer).toEqual({ status: 200, connection: 'close' });
    await closed;
    agent.destroy();
  });

  it('cuts what does not end within the time', async () => {
    let inside = false;

    @Controller()
    class StuckController {
      @Get('stuck')
      stuck(): Promise<object> {
        inside = true;
        return new Promise(() => undefined);
      }
    }
    @Module({ controllers: [StuckController] })
    class StuckModule {}

    const served = await serve(StuckModule);
    const cut = fetch(`${served.url}/stuck`).catch((error: unknown) => error);
    await eventually(() => inside);
    await closeHttpApp(served.app, 0.05);
    expect(await cut).toBeInstanceOf(TypeError);
  });

  it('says that it is not ready from the first moment on', async () => {
    const served = await start();
    served.app.get(Readiness).beginShutdown();
    const answer = await request(served.url).get('/health/ready');
    expect(answer.status).toBe(503);
    expect(answer.headers['connection']).toBe('close');
  });
});

describe('production', () => {
  it('insists on encryption for the time to come', async () => {
    const served = await start(ExampleModule, {
      NODE_ENV: 'production',
      SECOND_FACTOR_SECRET: 'a secret of tests that is long enough',
      PUBLIC_URL: 'https://join.example.org',
      MAIL_FROM: 'office@example.org',
    });
    const answer = await request(served.url).get('/v1/things');
    expect(answer.headers['strict-transport-security']).toContain('max-age=');
  });
});
