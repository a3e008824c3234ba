import 'reflect-metadata';
import { AppModule } from './app.module.js';
import { ensureDatabase, prepareDemo, tellCommands } from './development/development-database.js';
import { DevelopmentModule } from './development/development.module.js';
import { startEmbeddedPostgres } from './development/embedded-postgres.js';
import { keptSecret } from './development/kept-secret.js';
import { startMailInbox } from './development/mail-inbox.js';
import { DevelopmentMessageStore } from './development/message-store.js';
import { JobsModule } from './jobs.module.js';
import { loadConfiguration } from './platform/config/configuration.js';
import { developmentSettings, ownerUrlFile } from './platform/config/development-settings.js';
import { createHttpApp } from './platform/http/create-http-app.js';
import { listen, run, type Running } from './process.js';

/**
 * Everything in one process, for trying and developing: PostgreSQL, migrations, the demo
 * organisation, API, worker and an inbox. Each part can be replaced by a real one through its URL.
 */
await run(async (): Promise<Running> => {
  const settings = developmentSettings();
  if (settings.production) {
    throw new Error('npm start is for trying; in production run start:api and start:worker.');
  }
  const { dataDir } = settings;
  const log = (line: string): void => console.log(line);
  const parts: Running[] = [];
  const close = async (): Promise<void> => {
    for (const part of parts.reverse()) await part.close();
  };
  try {
    let ownerUrl = settings.databaseOwnerUrl;
    if (ownerUrl === undefined) {
      const postgres = await startEmbeddedPostgres({ dataDir, log });
      parts.push({ close: () => postgres.stop() });
      ownerUrl = await ensureDatabase((database) => postgres.superuserUrl(database));
      parts.push(await tellCommands(ownerUrlFile(settings), ownerUrl));
    }
    await prepareDemo(ownerUrl, settings.demoPassword);

    const store = new DevelopmentMessageStore(dataDir);
    await store.load();
    const inbox = settings.smtpUrl === undefined ? await startMailInbox({ store, log }) : undefined;
    if (inbox !== undefined) parts.push(inbox);

    const configuration = loadConfiguration({
      DATABASE_URL: ownerUrl,
      SMTP_URL: inbox?.url,
      LINK_SECRET: await keptSecret(dataDir, 'link-secret'),
      SECOND_FACTOR_SECRET: await keptSecret(dataDir, 'second-factor-secret'),
      JOIN_FORM_ORIGINS: 'https://www.example.org https://example.org',
      LOG_LEVEL: 'warn',
    });
    const app = await createHttpApp(
      AppModule.with([
        DevelopmentModule.register({ store }),
        JobsModule.with({ recordSms: (sms) => store.add(sms) }),
      ]),
      configuration,
      { name: 'dev' },
    );
    const api = await listen(app, configuration.environment.PORT, configuration.host);
    parts.push(api);
    log(whereToLook(configuration.publicUrl, settings.demoPassword));
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
});

function whereToLook(url: string, password: string): string {
  return `
Branchline is ready, with a demo organisation.

  The join form       ${url}/join
  Messages it sent    ${url}/dev/mailbox  (JSON: ${url}/dev/messages)
  The API in words    ${url}/docs
  Organisers          national@example.org, wales@example.org, yorkshire@example.org,
                      treasurer@example.org, dpo@example.org; password ${password}

Stop with Ctrl+C; the next start takes up where this one was.`;
}
