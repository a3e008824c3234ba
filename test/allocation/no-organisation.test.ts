import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { closeHttpApp } from '../../src/platform/http/close-http-app.js';
import { createHttpApp } from '../../src/platform/http/create-http-app.js';
import { joinPost } from '../factories/join-post.js';
import { testConfiguration } from '../http/support.js';
import { tableCounts } from '../support/stored.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('before an organisation has been imported', () => {
  let database: TestDatabase;
  let api: NestFastifyApplication;
  beforeAll(async () => {
    database = await createTestDatabase();
    const configuration = testConfiguration({ DATABASE_URL: database.url, LOG_LEVEL: 'silent' });
    api = await createHttpApp(AppModule.with(), configuration);
    await api.listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    await closeHttpApp(api, 5);
    await database.drop();
  });

  it('lookup and join say that it will be a moment, and nothing is stored', async () => {
    const url = await api.getUrl();
    const before = await tableCounts(database);
    for (const answer of [
      await request(url).get('/v1/branches/nearest?postcode=M14'),
      await request(url).post('/v1/join').send(joinPost()),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([503, 'temporarily_unavailable']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(await tableCounts(database)).toEqual(before);
  });

  it('the directory is empty, and nonsense is nonsense', async () => {
    const url = await api.getUrl();
    expect((await request(url).get('/v1/branches')).body).toEqual({ data: [], nextCursor: null });
    expect((await request(url).get('/v1/branches.geojson')).body.features).toEqual([]);
    expect((await request(url).get('/v1/branches/nearest?postcode=nonsense')).status).toBe(422);
    expect((await request(url).get('/v1/branches/leeds')).status).toBe(404);
  });
});
