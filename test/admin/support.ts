import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { AppModule } from '../../src/app.module.js';
import {
  type TestOrganisation,
  TEST_PASSWORD,
  makeOrganisation,
} from '../factories/organisation.js';
import { type Served, serve } from '../http/support.js';
import { type TestDatabase, createTestDatabase } from '../support/test-database.js';

/** The whole application on a database of its own, with a small organisation in it. */
export interface AdminStage {
  readonly database: TestDatabase;
  readonly app: NestFastifyApplication;
  readonly served: Served;
  readonly organisation: TestOrganisation;
  /** Calls the application's HTTP server. */
  call(): ReturnType<typeof request>;
  /** The token of a new session of the organiser with this address. */
  signIn(email: string): Promise<string>;
  close(): Promise<void>;
}

export async function startAdminStage(settings: Record<string, string> = {}): Promise<AdminStage> {
  const database = await createTestDatabase();
  const organisation = await makeOrganisation(database);
  const served = await serve(AppModule.with(), {
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE: '4',
    RATE_LIMIT_EXEMPT: '127.0.0.0/8',
    ...settings,
  });
  const call = () => request(served.url);
  return {
    database,
    app: served.app,
    served,
    organisation,
    call,
    signIn: async (email) => {
      const answer = await call()
        .post('/v1/admin/sessions')
        .send({ email, password: TEST_PASSWORD })
        .expect(201);
      return (answer.body as { token: string }).token;
    },
    close: async () => {
      await served.app.close();
      await database.drop();
    },
  };
}

/** The header of a token. */
export function bearer(token: string): { Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}
