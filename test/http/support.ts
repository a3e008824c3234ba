import { type DynamicModule, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Configuration, loadConfiguration } from '../../src/platform/config/configuration.js';
import { createHttpApp } from '../../src/platform/http/create-http-app.js';
import { currentRequestId } from '../../src/platform/http/request-context.js';
import { createLogger } from '../../src/platform/logging/logger.js';

/** One parsed line of the log. */
export type LogLine = Record<string, unknown>;

/** A configuration for tests; nothing of the surrounding environment comes in. */
export function testConfiguration(settings: Record<string, string> = {}): Configuration {
  return loadConfiguration(
    {},
    {
      NODE_ENV: 'test',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      SMTP_URL: 'smtp://127.0.0.1:1',
      LINK_SECRET: 'a secret of tests that is long enough',
      ...settings,
    },
  );
}

/** A listening application and what it logged. */
export interface Served {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly port: number;
  readonly log: LogLine[];
}

/** Starts an application of these modules on a free port, with its log kept. */
export async function serve(
  module: Type | DynamicModule,
  settings: Record<string, string> = {},
): Promise<Served> {
  const configuration = testConfiguration(settings);
  const log: LogLine[] = [];
  const logger = createLogger(configuration, 'test', currentRequestId, {
    write: (line: string) => void log.push(JSON.parse(line) as LogLine),
  });
  const app = await createHttpApp(module, configuration, { logger });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return { app, url: `http://127.0.0.1:${port}`, port, log };
}

/** Waits until a condition holds, looking every few milliseconds. */
export async function eventually<T>(look: () => T | undefined | false, ms = 5000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error('it did not come to pass in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
