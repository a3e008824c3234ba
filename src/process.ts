import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Configuration, ConfigurationError } from './platform/config/configuration.js';
import { closeHttpApp } from './platform/http/close-http-app.js';

/** What a process needs to come up and to go down in order. */
export interface Running {
  close(): Promise<void>;
}

/** Listens and answers how to end: no new requests, running ones finished, then the modules. */
export async function listen(
  app: NestFastifyApplication,
  port: number,
  host: string,
): Promise<Running & { url: string }> {
  const { environment } = app.get(Configuration);
  await app.listen(port, host);
  return {
    url: await app.getUrl(),
    close: () => closeHttpApp(app, environment.SHUTDOWN_SECONDS),
  };
}

/**
 * Runs a process until it is told to end. A fault at start is told in one sentence where it is the
 * operator's to mend, and ends with code 1.
 */
export async function run(start: () => Promise<Running>): Promise<void> {
  let running: Promise<Running> | undefined;
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    try {
      await (await running)?.close();
      process.exit(0);
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => void end());
  try {
    running = start();
    await running;
  } catch (error) {
    console.error(inWords(error));
    process.exit(1);
  }
}

/** What an operator can mend is told in a sentence, everything else with its stack. */
function inWords(error: unknown): unknown {
  if (error instanceof ConfigurationError) return error.message;
  const { code, port } = error as { code?: unknown; port?: unknown };
  if (code === 'EADDRINUSE') {
    return `Port ${String(port)} is taken by another program: set PORT (or WORKER_PORT) to a free one.`;
  }
  return error;
}
