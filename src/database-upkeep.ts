import { AppModule } from './app.module.js';
import { loadConfiguration } from './platform/config/configuration.js';
import { operatorSettings } from './platform/config/operator-settings.js';
import { migrate } from './platform/database/migrate.js';
import { schemaDrift } from './platform/database/schema-drift.js';
import { createHttpApp } from './platform/http/create-http-app.js';
import { migrateQueueSchema } from './platform/queue/migrate-queue-schema.js';

/**
 * What the command line does with the database as a whole. It needs the whole application, which
 * takes longer to load than most commands take to run: `cli.ts` imports this file when it is asked.
 */

/** Brings the operator's database to this build. @returns the names of the migrations that ran. */
export async function migrateDatabase(): Promise<string[]> {
  const { ownerUrl, applicationPassword } = operatorSettings();
  return migrate({
    url: ownerUrl,
    migrateQueue: migrateQueueSchema,
    ...(applicationPassword === undefined ? {} : { applicationPassword }),
  });
}

/** Where the database and this build differ, by the entities of every module; empty when all is well. */
export async function databaseDrift(): Promise<string[]> {
  const app = await createHttpApp(AppModule.with(), loadConfiguration({ LOG_LEVEL: 'warn' }));
  try {
    return await schemaDrift(app);
  } finally {
    await app.close();
  }
}
