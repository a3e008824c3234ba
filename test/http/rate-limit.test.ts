import { Global, Module } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import request from 'supertest';
import { RateLimiter } from '../../src/platform/http/rate-limiter.js';
import {
  PostgresRateLimitStore,
  type QueryablePool,
  RateLimitStore,
} from '../../src/platform/http/rate-limit-store.js';
import { ExampleModule } from './example.module.js';
import { type Served, serve } from './support.js';

const running: Served[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ app }) => app.close()));
});

async function start(settings: Record<string, string> = {}, module: unknown = ExampleModule) {
  const served = await serve(module as typeof ExampleModule, settings);
  running.push(served);
  return served;
}

const call = (served: Served, forwarded?: string) => {
  const asked = request(served.url).get('/v1/limited');
  return forwarded === undefined ? asked : asked.set('X-Forwarded-For', forwarded);
};

describe('rate limits', () => {
  it('answers 429 with Retry-After once the points are spent', async () => {
    const served = await start();
    const statuses = [await call(served), await call(served), await call(served)];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    const last = statuses[2];
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(last?.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(JSON.parse(last?.text ?? '')).toMatchObject({ code: 'too_many_requests' });
  });

  it('believes X-Forwarded-For from nobody by default', async () => {
    const served = await start();
    for (const from of ['192.0.2.1', '192.0.2.2']) await call(served, from);
    expect((await call(served, '192.0.2.3')).status).toBe(429);
  });

  it('takes the address from trusted proxies, the nearest that is not one of them', async () => {
    const served = await start({ TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' });
    for (let index = 0; index < 2; index++) {
      expect((await call(served, `203.0.113.${index}, 192.0.2.1, 10.1.2.3`)).status).toBe(200);
    }
    expect((await call(served, '203.0.113.9, 192.0.2.1, 10.1.2.3')).status).toBe(429);
    expect((await call(served, '192.0.2.2')).status).toBe(200);
    expect((await call(served, 'unknown rubbish')).status).toBe(200);
  });

  it('counts an IPv6 client by its /64', async () => {
    const served = await start({ TRUSTED_PROXIES: '127.0.0.1' });
    for (const end of ['1', 'ffff:1']) {
      expect((await call(served, `2001:db8:0:7::${end}`)).status).toBe(200);
    }
    expect((await call(served, '2001:db8::7:0:0:0:9')).status).toBe(429);
    expect((await call(served, '2001:db8:0:8::1')).status).toBe(200);
  });

  it('leaves exempt networks alone, also in their IPv6 form', async () => {
    const served = await start({
      TRUSTED_PROXIES: '127.0.0.1',
      RATE_LIMIT_EXEMPT: '192.0.2.0/24, 2001:db8::/32',
    });
    for (let index = 0; index < 4; index++) {
      expect((await call(served, '192.0.2.77')).status).toBe(200);
      expect((await call(served, '::ffff:192.0.2.78')).status).toBe(200);
      expect((await call(served, '2001:db8::1')).status).toBe(200);
    }
  });

  it('leaves loopback alone in development', async () => {
    const served = await start({ NODE_ENV: 'development' });
    for (let index = 0; index < 4; index++) expect((await call(served)).status).toBe(200);
  });

  it('goes on counting in the process while the store is away, and never stores an address', async () => {
    const asked: unknown[] = [];
    const away: QueryablePool = {
      query: (_text, values) => {
        asked.push(...values);
        return Promise.reject(new Error('connect ECONNREFUSED'));
      },
    };
    const store = new PostgresRateLimitStore(away);

    @Global()
    @Module({
      imports: [ExampleModule],
      providers: [{ provide: RateLimitStore, useValue: store }],
      exports: [RateLimitStore],
    })
    class WithStore {}

    const served = await start({}, WithStore);
    const statuses = [await call(served), await call(served), await call(served)];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.join(' ')).not.toContain('127.0.0');
    expect(served.log.some((line) => line['level'] === 'warn')).toBe(true);
  });

  it('counts what a feature asks it to count', async () => {
    const served = await start();
    const limiter = served.app.get(RateLimiter);
    const once = { points: 1, seconds: 60 };
    await limiter.consume('form', 'join', once);
    await limiter.consume('form', 'other', once);
    await expect(limiter.consume('form', 'join', once)).rejects.toMatchObject({ status: 429 });
  });
});
