import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { AccountLinks } from '../../src/accounts/account-links.js';
import { AppModule } from '../../src/app.module.js';
import { DutyLinks } from '../../src/follow-ups/duty-link.js';
import { ConfirmationLink } from '../../src/join/confirmation-link.js';
import { loadConfiguration } from '../../src/platform/config/configuration.js';
import { closeHttpApp } from '../../src/platform/http/close-http-app.js';
import { createHttpApp } from '../../src/platform/http/create-http-app.js';
import { currentRequestId } from '../../src/platform/http/request-context.js';
import { newId } from '../../src/platform/new-id.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { joinPost } from '../factories/join-post.js';
import { prepareDemoOrganisation } from '../support/application.js';
import { type TestDatabase, createTestDatabase } from '../support/test-database.js';

/** The API with the demo organisation, and every byte that it logs. */
export interface LoggedApplication {
  readonly url: string;
  readonly port: number;
  readonly api: NestFastifyApplication;
  readonly database: TestDatabase;
  /** What went to standard output, one entry for each write, from the most talkative level on. */
  readonly written: string[];
  /** Takes a join and tells the paths of the two pages that its links open. */
  join(changes?: Record<string, unknown>): Promise<{ confirmPath: string; dutyPath: string }>;
  /** Invites somebody to be an organiser, and tells the path of the page that the link opens. */
  invite(): Promise<string>;
  close(): Promise<void>;
}

/** Starts the API on a database of its own. Limits bind loopback, too, unless `settings` free it. */
export async function startLoggedApplication(
  settings: Record<string, string> = {},
): Promise<LoggedApplication> {
  const database = await createTestDatabase();
  await prepareDemoOrganisation(database.ownerUrl);
  const configuration = loadConfiguration(
    {},
    {
      NODE_ENV: 'test',
      PUBLIC_URL: 'https://join.example.org',
      DATABASE_URL: database.url,
      DATABASE_POOL_SIZE: '4',
      SMTP_URL: 'smtp://127.0.0.1:1',
      LINK_SECRET: 'a secret for tests only, 32 characters',
      LOG_LEVEL: 'trace',
      ...settings,
    },
  );
  const written: string[] = [];
  const logger = createLogger(configuration, 'api', currentRequestId, {
    write: (chunk: string) => void written.push(chunk),
  });
  const api = await createHttpApp(AppModule.with(), configuration, { logger });
  await api.listen(0, '127.0.0.1');
  const { port } = api.getHttpServer().address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    api,
    database,
    written,
    join: async (changes) => {
      const answer = await request(url).post('/v1/join').send(joinPost(changes)).expect(201);
      const { id } = answer.body as { id: string };
      const [duty] = await database.sql<{ id: string }>(
        'SELECT id FROM follow_up WHERE submission_id = $1',
        [id],
      );
      if (duty === undefined) throw new Error('The join has no duty.');
      const confirmation = api.get(ConfirmationLink, { strict: false }).urlFor(id);
      const links = api.get(DutyLinks, { strict: false });
      return {
        confirmPath: new URL(confirmation).pathname,
        dutyPath: `/duties/${links.tokenFor({ followUpId: duty.id, assignment: 1 })}`,
      };
    },
    invite: async () => {
      const id = newId();
      await database.sql(
        `INSERT INTO organiser_invitation (id, email, name, role, unit_id, invited_by, expires_at)
         SELECT $1, $2, 'Kim Jones', 'reader', u.id, o.id, clock_now() + interval '7 days'
           FROM unit u, organiser o WHERE u.kind = 'national' AND o.email = 'national@example.org'`,
        [id, `${id}@example.org`],
      );
      return new URL(api.get(AccountLinks, { strict: false }).invitationUrl(id)).pathname;
    },
    close: async () => {
      await closeHttpApp(api, 5);
      await database.drop();
    },
  };
}
