import 'reflect-metadata';
import { loadConfiguration } from '../../src/platform/config/configuration.js';
import { createHttpApp } from '../../src/platform/http/create-http-app.js';
import { listen, run } from '../../src/process.js';
import { WorkerModule } from '../../src/worker.module.js';

/**
 * The worker as `src/worker.ts` starts it, but for its times: what a killed one left comes back
 * after five seconds instead of a minute, so that a round is short.
 */
await run(async () => {
  const configuration = loadConfiguration();
  const module = WorkerModule.with({
    queue: {
      queuedLeaseMilliseconds: 5_000,
      lockMilliseconds: 3_000,
      stalledCheckMilliseconds: 1_000,
      leftToOthersMilliseconds: 300,
    },
    // A message is taken up again after 4.5 seconds, its job after 5.
    sending: { deadlineMilliseconds: 3_000 },
  });
  const app = await createHttpApp(module, configuration, { name: 'worker', docs: false });
  return listen(app, configuration.environment.WORKER_PORT, configuration.host);
});
