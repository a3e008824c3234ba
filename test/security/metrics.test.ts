import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { ExampleModule } from '../http/example.module.js';
import { type Served, serve } from '../http/support.js';

let served: Served;
afterEach(() => served.app.close());

const ask = (headers: Record<string, string> = {}) =>
  request(served.url).get('/metrics').set(headers);

describe('the metrics', () => {
  it('are for this machine and private networks', async () => {
    served = await serve(ExampleModule, { TRUSTED_PROXIES: '127.0.0.1' });
    await ask().expect(200);
    for (const address of ['10.1.2.3', '172.31.0.9', '192.168.7.7', 'fd00::1', '127.0.0.2']) {
      await ask({ 'x-forwarded-for': address }).expect(200);
    }
    for (const address of ['8.8.8.8', '172.32.0.1', '11.0.0.1', '2001:db8::1', 'unknown']) {
      const answer = await ask({ 'x-forwarded-for': address });
      expect([answer.status, answer.body.code], address).toEqual([403, 'metrics_refused']);
      expect(answer.text).not.toContain('process_cpu');
    }
  });

  it('are not for whoever comes through a proxy that nobody vouches for', async () => {
    served = await serve(ExampleModule);
    await ask().expect(200);
    await ask({ 'x-forwarded-for': '10.1.2.3' }).expect(403);
    await ask({ forwarded: 'for=10.1.2.3' }).expect(403);
  });

  it('are for the networks that are named, and for no others', async () => {
    served = await serve(ExampleModule, {
      METRICS_NETWORKS: '203.0.113.0/24 2001:db8::/32',
      TRUSTED_PROXIES: '127.0.0.1',
    });
    await ask({ 'x-forwarded-for': '203.0.113.9' }).expect(200);
    await ask({ 'x-forwarded-for': '2001:db8:7::1' }).expect(200);
    await ask({ 'x-forwarded-for': '10.1.2.3' }).expect(403);
    await ask().expect(403);
    await request(served.url).head('/metrics').expect(403);
  });
});
