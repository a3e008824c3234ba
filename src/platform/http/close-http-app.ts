import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Readiness } from './readiness.js';

/**
 * Ends an HTTP application without breaking off a running request: not ready from now on, no new
 * connections, idle ones closed, running requests finished (within `graceSeconds`, usually
 * `SHUTDOWN_SECONDS`; after that they are cut), and only then the modules are taken down, so that
 * a running request still has its database.
 */
export async function closeHttpApp(
  app: NestFastifyApplication,
  graceSeconds: number,
): Promise<void> {
  app.get(Readiness).beginShutdown();
  const server = app.getHttpServer();
  if (server.listening) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      server.closeIdleConnections();
    });
  }
  await app.close();
}
