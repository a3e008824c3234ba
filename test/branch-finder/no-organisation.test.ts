import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { closeHttpApp } from '../../src/platform/http/close-http-app.js';
import { createHttpApp } from '../../src/platform/http/create-http-app.js';
import { testConfiguration } from '../http/support.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the pages of branches', () => {
  let database: TestDatabase;
  let api: NestFastifyApplication;
  beforeAll(async () => {
    database = await createTestDatabase();
    const configuration = testConfiguration({
      DATABASE_URL: database.url,
      LOG_LEVEL: 'silent',
      RATE_LIMIT_LOOKUP_PER_ADDRESS: '5',
    });
    api = await createHttpApp(AppModule.with(), configuration);
    await api.listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    await closeHttpApp(api, 5);
    await database.drop();
  });

  it('ask for patience before an organisation has been imported, keep what was typed, and are limited as the lookup is', async () => {
    const get = async (path: string, accept = 'text/html') =>
      request(await api.getUrl())
        .get(path)
        .set('Accept', accept);
    for (const path of ['/branches', '/branches?postcode=m14+5rx', '/branches/leeds']) {
      const { status, headers, text } = await get(path);
      expect([path, status]).toEqual([path, 503]);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(headers['cache-control']).toBe('private, no-store');
      expect(text).toContain('We cannot look that up just yet');
      expect(text).toContain(path.includes('?') ? 'value="m14 5rx"' : 'value=""');
    }
    const { body } = await get('/branches?postcode=M14', 'application/json');
    expect(body).toMatchObject({ status: 503, code: 'temporarily_unavailable' });
    // One counter for all ways of looking: the API's is the fifth, and then it is enough.
    expect((await get('/v1/branches/nearest?postcode=M14')).status).toBe(503);
    const { status, headers, text } = await get('/branches?postcode=M14');
    expect(status).toBe(429);
    expect(headers['retry-after']).toBeDefined();
    expect(text).toContain('Please wait a moment');
  });
});
